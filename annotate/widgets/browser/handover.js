// Sends a form of hidden fields once, by itself.

import { hiddenForm } from "./forms.js";

const sent = new WeakSet();

export default function mount({ data, parentElement }) {
  if (sent.has(parentElement)) return;
  sent.add(parentElement);
  const { action, ...fields } = data;
  const form = hiddenForm(action, fields);
  document.body.append(form);
  form.submit();
}
