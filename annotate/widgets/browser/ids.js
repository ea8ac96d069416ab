// Names that nobody else gives: of a message, a chat, a writing.

/** A new one: 128 random bits in letters and digits. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}
