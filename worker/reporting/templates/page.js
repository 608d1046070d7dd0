"use strict";
(() => {
  const SLICE = 200;
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add("scripted");

  const element = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // What an address names is opened, so that a link to a finding shows it; a second click changes no address.
  const open = (hash) => {
    let named = byId(decodeURIComponent(hash.slice(1)));
    if (named && named.matches("details")) named.open = true;
    for (; named; named = named.parentElement) if (named.matches("details.notes")) named.open = true;
  };
  addEventListener("hashchange", () => open(location.hash));
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link) open(link.hash);
  });
  open(location.hash);

  // Paper cannot be unfolded.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = element("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copy(button.parentElement.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  const list = byId("rows");
  if (!list) return;
  const data = JSON.parse(byId("cases-data").textContent);
  const words = data.words;
  const cases = data.rows.map(
    ([verdict, line, command, technique, intent, because, reason, ended, ms, findings]) => ({
      verdict: data.verdicts[verdict], line, technique: words[technique], intent: words[intent],
      because: words[because], reason: words[reason], ended: words[ended], ms, findings: findings.split(" "),
      haystack: [line, words[command], words[technique], words[reason], words[ended], data.verdicts[verdict]]
        .join(" ").toLowerCase(),
    }),
  );
  const slowest = [...cases].sort((one, other) => other.ms - one.ms);
  const search = byId("search"), order = byId("order"), more = byId("more");
  const toggles = [...document.querySelectorAll("[data-verdict]")];
  let found = cases, shown = 0;

  const took = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : ms ? `${ms.toFixed(0)} ms` : "");
  const row = (one) => {
    const made = element("li", one.verdict);
    made.append(element("span", "verdict-word", one.verdict), element("code", "", one.line));
    const ended = element("span", "ended");
    ended.append(element("span", "", one.ended), element("span", "took", took(one.ms)));
    const facts = element("span", "because");
    for (const id of one.findings.filter(Boolean)) {
      const link = element("a", "", id);
      link.href = `#${id}`;
      facts.append(link);
    }
    facts.append([one.intent, one.technique, one.because].filter(Boolean).join(" · "));
    made.append(ended, facts);
    if (one.reason) made.append(element("span", "reason", one.reason));
    return made;
  };

  const showMore = () => {
    const slice = document.createDocumentFragment();
    for (const one of found.slice(shown, shown + SLICE)) slice.append(row(one));
    list.append(slice);
    shown = Math.min(shown + SLICE, found.length);
    more.hidden = shown >= found.length;
    more.textContent = `Show ${Math.min(SLICE, found.length - shown)} more`;
  };

  // A finding's name is matched whole: F1 is not F12.
  const matches = (one, word) => (/^f\d+$/.test(word) && one.findings.includes(word.toUpperCase())) || one.haystack.includes(word);

  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = toggles.filter((one) => one.ariaPressed === "true").map((one) => one.dataset.verdict);
    found = (order.value === "slow" ? slowest : cases).filter(
      (one) => (!verdicts.length || verdicts.includes(one.verdict)) && wanted.every((word) => matches(one, word)),
    );
    const all = cases.length.toLocaleString("en");
    byId("found").textContent = found.length === cases.length ? `${all} cases` : `${found.length.toLocaleString("en")} of ${all} cases`;
    list.replaceChildren();
    shown = 0;
    showMore();
  };

  search.addEventListener("input", filter);
  order.addEventListener("change", filter);
  more.addEventListener("click", showMore);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  for (const toggle of toggles) {
    toggle.addEventListener("click", () => {
      toggle.ariaPressed = toggle.ariaPressed === "true" ? "false" : "true";
      filter();
    });
  }
  addEventListener("click", (event) => {
    const link = event.target.closest("[data-find]");
    if (!link) return;
    search.value = link.dataset.find;
    filter();
  });
  filter();
})();
