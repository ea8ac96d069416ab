// How a part of the page lives: Streamlit mounts it, tells it of new data and of another theme, and takes it away.

/** What Streamlit calls for a component whose parts are of this `Kind`: a class of (root, data) with `update(data,
 *  channel)`, whose channel takes what it sends, and `destroy()`, if it has something to let go of. */
export function mounting(Kind) {
  const parts = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    const part = parts.get(parentElement) ?? new Kind(parentElement, data);
    parts.set(parentElement, part);
    part.update(data, (message) => setTriggerValue("answer", message));
    return () => {
      part.destroy?.();
      parts.delete(parentElement);
    };
  };
}
