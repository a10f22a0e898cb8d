// Statistics of the site, as far as the service tells them.

import { h } from "./dom.js";
import { t } from "./i18n.js";

export function statsPage() {
  return { title: t("list.stats"), element: h("div", { class: "stats-page" }, h("h1", {}, t("list.stats"))) };
}
