// Wakes up when the hall rings this browser, shows the message, and opens it when it is tapped.
self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    return; // Nothing that the hall has sent.
  }
  const { title, body, href } = told;
  event.waitUntil(self.registration.showNotification(title, { body, tag: href, data: { href } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data.href, self.location.origin);
  // A message leads into the hall, and nowhere else.
  if (target.origin === self.location.origin) event.waitUntil(self.clients.openWindow(target.href));
});
