// Words from the catalogue, as the server sent them with the data: the only words on a surface.

/** The phrase with this name, its `{gaps}` filled. One that is not there shows its name. */
export function phrase(words, name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (whole, gap) => values[gap] ?? whole);
}

const PLACES = { word: "textContent", title: "title", placeholder: "placeholder" };

/** Fills a template: `data-word` becomes text, `data-title`, `data-placeholder` and `data-label` attributes. */
export function fill(root, words) {
  for (const [name, property] of Object.entries(PLACES)) {
    for (const node of root.querySelectorAll(`[data-${name}]`)) node[property] = phrase(words, node.dataset[name]);
  }
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", phrase(words, node.dataset.label));
  }
}
