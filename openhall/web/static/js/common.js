// Small comforts of every page. Nothing here is needed for a page to work.

// A page that answers a form takes the address of the page with that form: so Back and Refresh ask for that one again,
// and do not meet the browser's own page about a form that would have to be sent twice.
const { cameFrom } = document.documentElement.dataset;
if (cameFrom) history.replaceState(history.state, "", cameFrom);

document.querySelector("[data-focus]")?.focus({ preventScroll: true });

// Print buttons appear only where they can do something.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A sent form says so and is not sent twice. The request key already makes a second sending harmless.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    const label = button.querySelector("span:last-of-type");
    if (form.dataset.busy && label) {
      label.dataset.label = label.textContent;
      label.textContent = form.dataset.busy;
    }
  });
}

// Coming back with the back arrow must find a form that can be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    for (const label of form.querySelectorAll("[data-label]")) label.textContent = label.dataset.label;
  }
});

// An element with data-refresh="<ms>" is renewed from its own page until the page no longer asks for it.
function renew(element) {
  const pause = Number(element.dataset.refresh);
  if (!pause) return;
  setTimeout(async () => {
    let next = null;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        next = answer.ok ? page.getElementById(element.id) : null;
      } catch {
        next = null; // No connection: keep what is shown and try again.
      }
    }
    if (!next) return renew(element);
    if (next.innerHTML === element.innerHTML) return renew(element);
    element.replaceChildren(...next.childNodes);
    if (next.dataset.refresh) renew(element);
    else delete element.dataset.refresh;
  }, pause);
}
for (const element of document.querySelectorAll("[data-refresh]")) renew(element);

// Whoever has set the browser's own letters large is offered large type, until they said no.
const offer = document.getElementById("offer-elder");
const USUAL_PX = 16;
if (offer && parseFloat(getComputedStyle(document.documentElement).fontSize) >= 1.3 * USUAL_PX) {
  offer.hidden = localStorage.getItem("openhall.elder") === "no";
  offer.querySelector("[data-refuse]").addEventListener("click", () => {
    localStorage.setItem("openhall.elder", "no");
    offer.hidden = true;
  });
}
