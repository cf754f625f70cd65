// Keeps the fragment of an address over a login: no server sees it, and the provider's pages lose it.
const FRAGMENT = "return-fragment";

const link = document.getElementById("go-on");
if (link?.dataset.fragment === "keep") {
  sessionStorage.setItem(FRAGMENT, location.hash);
  location.replace(link.href);
} else if (link) {
  const fragment = sessionStorage.getItem(FRAGMENT) ?? "";
  sessionStorage.removeItem(FRAGMENT);
  location.replace(link.href + fragment);
}

// A redirect takes the fragment of the address that was sent to.
const form = document.querySelector("form[data-keeps-fragment]");
if (form) form.action = form.getAttribute("action") + location.hash;
