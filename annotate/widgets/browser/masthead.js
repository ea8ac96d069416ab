// The product's name beside its mark, and the menu of the person who is signed in, on every page.

import { dismissConnectionError, isOffline, isSpokenOf } from "./connection.js";
import { element } from "./elements.js";
import { hiddenForm, languageForm } from "./forms.js";
import { mounting } from "./mounting.js";
import { isDark } from "./theme.js";

class Masthead {
  constructor(root) {
    this.host = root.host ?? root;
    this.box = element("div", "masthead");
    this.name = element("span", "name", "Hone");
    this.button = element("button", "person");
    this.button.type = "button";
    this.button.setAttribute("aria-haspopup", "true");
    this.card = element("div", "card");
    this.notice = element("div", "notice");
    this.notice.setAttribute("role", "status");
    this.box.append(this.name, this.button, this.card, this.notice);
    root.append(this.box);
    this.button.addEventListener("click", () => this.open(this.card.hidden));
    this.outside = (event) => {
      if (!event.composedPath().includes(this.box)) this.open(false);
    };
    this.escape = (event) => {
      if (event.key === "Escape") this.open(false);
    };
    document.addEventListener("pointerdown", this.outside);
    document.addEventListener("keydown", this.escape);
    this.watching = setInterval(() => this.watch(), 1000);
    this.open(false);
  }

  open(isOpen) {
    this.card.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", isOpen);
  }

  /** A page of Streamlit's own widgets is locked while the line is gone and does not say so. */
  watch() {
    dismissConnectionError();
    const sentence = isOffline() && !isSpokenOf() ? this.offline : "";
    if (this.notice.textContent !== sentence) this.notice.textContent = sentence;
  }

  update({ name, role, links, words, ...language }) {
    this.offline = words.offline;
    this.box.classList.toggle("dark", isDark(this.host));
    this.button.replaceChildren(element("span", "initial", [...name][0].toUpperCase()), element("span", "", name));
    // Streamlit's own sign of connecting stands where the button floats; the page's style makes it stand aside.
    document.documentElement.style.setProperty("--person-width", `${this.button.offsetWidth}px`);
    const signOut = hiddenForm("/sign-out", { csrf: language.csrf });
    signOut.append(element("button", "", words.sign_out));
    this.card.replaceChildren(
      element("b", "", name),
      element("span", "role", role),
      linkList(links),
      languageForm(language),
      signOut,
    );
  }

  destroy() {
    document.removeEventListener("pointerdown", this.outside);
    document.removeEventListener("keydown", this.escape);
    clearInterval(this.watching);
  }
}

function linkList(links) {
  const list = element("nav");
  for (const [address, title] of links) {
    const link = element("a", "", title);
    link.href = address;
    list.append(link);
  }
  return list;
}

export default mounting(Masthead);
