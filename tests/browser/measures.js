// Measures a page as the rules of elder mode and of good touch targets want it; returns complaints as texts.
// Called as a function with the mode, or with "cut" to see only whether all text is whole. The groups are those of
// docs/reference/elder-rules.md.
(mode) => {
  const complaints = [];
  const elder = mode === "elder";
  const chinese = document.documentElement.lang === "zh-CN";
  const say = (element, what) => {
    const words = element.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
    const name = `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""}.${[...element.classList].join(".")}`;
    complaints.push(`${name} "${words}": ${what}`);
  };
  const style = (element) => getComputedStyle(element);
  const box = (element) => element.getBoundingClientRect();
  const isHidden = (element) =>
    !element.checkVisibility({ visibilityProperty: true }) ||
    element.closest(".hidden-visually, .skip, [aria-hidden=true], svg, noscript") !== null ||
    box(element).width < 2;
  const ownText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());

  // Group 1: size and shape of the type.
  const size = parseFloat(style(document.body).fontSize);
  if (elder && size < 22) complaints.push(`the body's type is ${size}px`);

  for (const element of document.body.querySelectorAll("*")) {
    if (isHidden(element)) continue;
    const own = style(element);
    if (ownText(element)) {
      if (elder && parseFloat(own.fontSize) < 22 && !element.closest(".poster, .sign")) say(element, `type of ${own.fontSize}`);
      if (!/(sans-serif|monospace)$/.test(own.fontFamily)) say(element, `type with serifs: ${own.fontFamily}`);
      if (mode === "normal" && parseFloat(own.fontSize) < 12 && !element.closest(".poster")) say(element, `type of ${own.fontSize}`);
      if (elder) measureLines(element, own);
      // What does not fit and cannot be scrolled to is lost.
      const cut = ["hidden", "clip"];
      for (let frame = element; frame !== document.body && frame; frame = frame.parentElement) {
        const framed = style(frame);
        const x = cut.includes(framed.overflowX) && frame.scrollWidth > frame.clientWidth + 1;
        const y = cut.includes(framed.overflowY) && frame.scrollHeight > frame.clientHeight + 1;
        if (framed.display !== "inline" && (x || y)) {
          say(element, `is cut off (${frame.scrollWidth}x${frame.scrollHeight} in ${frame.clientWidth}x${frame.clientHeight})`);
          break;
        }
      }
    }
  }

  if (mode === "cut") return complaints;
  // Figures are read together with what they are of: a table of them is not to be pushed aside for its amounts.
  for (const table of document.querySelectorAll(".book-table")) {
    const frame = table.parentElement;
    if (!isHidden(table) && frame.scrollWidth > frame.clientWidth + 1) say(table, `is wider than its card (${frame.scrollWidth} in ${frame.clientWidth})`);
  }

  const inText = (element) => style(element).display === "inline" && element.closest("p, li, td, th, dd, summary");
  const targets = "a[href], button, input:not([type=hidden], [type=radio], [type=file]), select, textarea, summary, label:has(input), label.button";
  const least = elder ? 48 : 44;
  // Group 4: targets, and what lies between them.
  const reached = [...document.querySelectorAll(targets)].filter((element) => !isHidden(element) && !inText(element));
  for (const element of reached) {
    const { width, height } = box(element);
    if (width < least - 0.5 || height < least - 0.5) say(element, `a target of ${Math.round(width)}x${Math.round(height)}`);
  }
  if (elder) {
    for (const element of document.querySelectorAll(".button-main")) {
      if (isHidden(element)) continue;
      const own = style(element);
      if (parseFloat(own.fontSize) < 24) say(element, `main button in ${own.fontSize}`);
      if (Number(own.fontWeight) < 700) say(element, `main button in weight ${own.fontWeight}`);
      if (box(element).height < 59.5) say(element, `main button ${box(element).height}px high`);
    }
    // Group 10: who gets the money is read at arm's length.
    for (const element of document.querySelectorAll(".payee-name")) {
      if (parseFloat(style(element).fontSize) < 28) say(element, `payee in ${style(element).fontSize}`);
    }
    measureGaps(reached);
    measureRest(reached);
  }
  return complaints;

  // Group 2: lines of at least one and a half, paragraphs apart by a third of a line more, and no line too long.
  function measureLines(element, own) {
    if (element.tagName !== "P") return;
    const line = parseFloat(own.lineHeight);
    if (line / parseFloat(own.fontSize) < 1.499 && !element.closest(".poster, .board, .amount")) say(element, `lines of ${own.lineHeight}`);
    if (chinese && !element.closest(".poster, .board, [lang=en]") && box(element).height > 1.5 * line) {
      const most = box(element).width / parseFloat(own.fontSize);
      if (most > 18.5) say(element, `lines of ${most.toFixed(1)} characters`);
    }
    const next = element.nextElementSibling;
    if (next?.tagName !== "P" || isHidden(next) || box(next).top < box(element).bottom - 1) return;
    if (element.closest(".poster, .board") || element.matches(".payee-label, .payee-name, .amount, .digits, .notice-title")) return; // A label belongs to what it names.
    const gap = box(next).top - box(element).bottom;
    if (gap < 0.3 * line - 0.5 && box(next).left < box(element).right) say(element, `a paragraph only ${gap.toFixed(1)}px above the next`);
  }

  function measureGaps(all) {
    const bar = (element) => element.closest(".tabs, .bar, .dock, .actions-sticky");
    all.forEach((one, at) => {
      for (const other of all.slice(at + 1)) {
        if (one.contains(other) || other.contains(one) || bar(one) !== bar(other)) continue;
        const [a, b] = [box(one), box(other)];
        const [x, y] = [Math.max(b.left - a.right, a.left - b.right), Math.max(b.top - a.bottom, a.top - b.bottom)];
        if (x < 11.5 && y < 11.5) say(one, `only ${Math.max(x, y).toFixed(1)}px from "${other.textContent.trim().slice(0, 20)}"`);
      }
    });
  }

  function measureRest(all) {
    // A name or an amount in a button has the length it has, and what only screen readers say takes no room.
    const seen = (element) => [...element.childNodes].filter((node) => !node.classList?.contains("hidden-visually"));
    const text = (element) =>
      seen(element).map((node) => node.textContent).join("").replace(/\s+|¥[\d,.]+|“[^”]*”/g, "");
    // Group 5: a home of few things, and somebody to ring.
    if (document.body.classList.contains("home")) {
      const tiles = [...document.querySelectorAll("main .tile")].filter((tile) => !isHidden(tile));
      if (tiles.length > 6) complaints.push(`${tiles.length} tiles at home`);
    }
    // Group 6: nothing floats, nothing moves by itself.
    for (const element of document.body.querySelectorAll("*")) {
      if (style(element).position === "fixed" && !isHidden(element)) say(element, "floats");
    }
    for (const moving of document.getAnimations()) {
      if (moving.effect.getComputedTiming().iterations === Infinity) complaints.push("something moves without end");
    }
    // Group 7: the phone fills the code in by itself.
    for (const field of document.querySelectorAll(".field-code input")) {
      if (field.autocomplete !== "one-time-code") say(field, "a code that no phone fills in");
    }
    // Group 8: help on every page, in the same place.
    const help = [...document.querySelectorAll("[data-help]")];
    if (help.length !== 1 || help[0].parentElement !== document.body) complaints.push(`${help.length} lines of help`);
    // Group 9: every page can be read aloud.
    if (document.querySelectorAll("[data-read]").length !== 1) complaints.push("no button that reads the page aloud");
    // Group 11: codes are large, and say whose they are.
    for (const code of document.querySelectorAll(".pay-codes .qr-frame")) {
      if (!isHidden(code) && innerWidth < 500 && box(code).width < 0.6 * innerWidth) say(code, `a code of ${box(code).width}px`);
    }
    for (const owner of document.querySelectorAll(".pay-codes .code-owner")) {
      if (parseFloat(style(owner).fontSize) < 24) say(owner, `an owner in ${style(owner).fontSize}`);
    }
    for (const codes of document.querySelectorAll(".pay-codes")) {
      if (!codes.querySelector(".code-owner")) say(codes, "does not say whose it is");
    }
    // Group 12: the switch stands on the first page and in the settings.
    const front = ["/", "/me"].includes(location.pathname) && document.querySelector("main form, header form");
    if (front && !document.querySelector("button[name=mode]")) complaints.push("no switch for large type");
    // Group 13: short buttons in plain words.
    if (!chinese) return;
    for (const button of all) {
      if (button.matches(".button") && text(button).length > 15) say(button, `${text(button).length} characters`);
    }
    if (!document.querySelector("body.wide")) {
      const jargon = document.body.innerText.match(/授权|令牌/);
      if (jargon) complaints.push(`says ${jargon[0]}`);
    }
  }
}
