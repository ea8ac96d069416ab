// The choice of the app's language, by itself on a page.

import { element } from "./elements.js";
import { languageForm } from "./forms.js";
import { isDark } from "./theme.js";

export default function mount({ data, parentElement }) {
  const box = element("div", "masthead");
  box.classList.toggle("dark", isDark(parentElement.host ?? parentElement));
  box.append(languageForm(data));
  parentElement.querySelector(".masthead")?.remove();
  parentElement.append(box);
}
