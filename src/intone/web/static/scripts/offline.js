// A page that is a folder of files works without a network after the first visit: its service worker keeps the files.

const worker = document.documentElement.dataset.offline;

if (worker && navigator.serviceWorker) navigator.serviceWorker.register(worker).catch(() => undefined); // it only helps
