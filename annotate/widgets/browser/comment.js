// The field for a comment: keys typed into it are words; Esc and Enter leave it, with Ctrl or ⌘ Enter submits.

export class Comment {
  /** @param {{onWrite: (text: string) => void, onSubmit: () => void}} hears */
  constructor(field, { onWrite, onSubmit }) {
    this.field = field;
    field.addEventListener("input", () => onWrite(field.value));
    field.addEventListener("keydown", (event) => this.leave(event, onSubmit));
  }

  leave(event, onSubmit) {
    const leaves = event.key === "Escape" || (event.key === "Enter" && !event.shiftKey);
    if (!leaves || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.field.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSubmit();
  }

  show(text) {
    if (this.field.value !== text) this.field.value = text;
  }

  focus() {
    this.field.focus();
  }
}
