// Light or dark, read from the colour that Streamlit gives the page, because the person may have chosen either.

const DARK_BELOW = 110;

/** Whether `--st-background-color`, as it stands on this element, is a dark colour. */
export function isDark(host) {
  const probe = document.createElement("i");
  probe.style.color = getComputedStyle(host).getPropertyValue("--st-background-color");
  document.body.append(probe);
  const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  probe.remove();
  return 0.3 * red + 0.6 * green + 0.1 * blue < DARK_BELOW;
}
