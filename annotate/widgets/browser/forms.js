// Plain forms for the server's own addresses: what they change is a cookie, so the browser must send them itself.

import { element } from "./elements.js";

/** A form that posts these fields, without a button. */
export function hiddenForm(action, fields) {
  const form = element("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of Object.entries(fields)) {
    const field = element("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  return form;
}

/** A form with a button for each language, which leads back to this page. */
export function languageForm({ csrf, locale, locales, label }) {
  const form = hiddenForm("/locale", { csrf, back: window.location.pathname });
  form.className = "languages";
  form.setAttribute("aria-label", label);
  for (const [code, called] of locales) {
    const button = element("button", "", called);
    button.name = "locale";
    button.value = code;
    button.lang = code;
    if (code === locale) button.setAttribute("aria-current", "true");
    form.append(button);
  }
  return form;
}
