// Measures a page as the rules of elder mode and of good touch targets want it; returns complaints as texts.
// Called as a function with the mode and the width that the page was laid out for.
(mode) => {
  const complaints = [];
  const elder = mode === "elder";
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

  const size = parseFloat(style(document.body).fontSize);
  if (elder && size < 22) complaints.push(`the body's type is ${size}px`);

  for (const element of document.body.querySelectorAll("*")) {
    if (isHidden(element)) continue;
    const own = style(element);
    if (ownText(element)) {
      if (elder && parseFloat(own.fontSize) < 22 && !element.closest(".poster, .sign")) say(element, `type of ${own.fontSize}`);
      if (!elder && parseFloat(own.fontSize) < 12 && !element.closest(".poster")) say(element, `type of ${own.fontSize}`);
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

  // Figures are read together with what they are of: a table of them is not to be pushed aside for its amounts.
  for (const table of document.querySelectorAll(".book-table")) {
    const frame = table.parentElement;
    if (!isHidden(table) && frame.scrollWidth > frame.clientWidth + 1) say(table, `is wider than its card (${frame.scrollWidth} in ${frame.clientWidth})`);
  }

  const inText = (element) => style(element).display === "inline" && element.closest("p, li, td, th, dd, summary");
  const targets = "a[href], button, input:not([type=hidden], [type=radio], [type=file]), select, textarea, summary, label:has(input), label.button";
  const least = elder ? 48 : 44;
  for (const element of document.querySelectorAll(targets)) {
    if (isHidden(element) || inText(element)) continue;
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
    for (const element of document.querySelectorAll(".payee-name")) {
      if (parseFloat(style(element).fontSize) < 28) say(element, `payee in ${style(element).fontSize}`);
    }
  }
  return complaints;
}
