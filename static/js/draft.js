/* Nothing typed is lost: a draft at the server every few seconds and when a field is left, a copy in this browser keyed by
   person and form, a banner while the server cannot be reached, and a way to sign in again without leaving the page. */

const EVERY = 3000;
const RETRY = 5000;

export function keepDrafts(form, words, heard, changed) {
  const place = `vigil:${form.dataset.key}`;
  const offline = document.getElementById("offline");
  const kept = document.getElementById("kept");
  const expired = document.getElementById("expired");
  const person = form.elements.typed_by.value;
  let [dirty, timer, sending, leaving] = [false, null, false, false];

  const fields = () => [...new FormData(form)].filter(([name, v]) => typeof v === "string" && !["csrf_token", "password", "signer", "code", "key"].includes(name));

  function keepHere() {
    try {
      localStorage.setItem(place, JSON.stringify({ at: Date.now(), based_on: form.elements.based_on.value, fields: fields() }));
    } catch {
      // A full or forbidden store: the server's draft remains.
    }
  }

  function forgetHere() {
    localStorage.removeItem(place);
  }

  async function send() {
    if (sending || leaving) return;
    sending = true;
    dirty = false;
    try {
      const body = new FormData();
      for (const [name, v] of fields()) body.append(name, v);
      const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: headers() });
      await hear(answer);
    } catch {
      offline.hidden = false;
      kept.textContent = words.offline;
      dirty = true;
      later(RETRY);
    } finally {
      sending = false;
      if (dirty && !timer) later(EVERY);
    }
  }

  const headers = () => ({ "X-CSRFToken": form.elements.csrf_token.value, "X-Vigil-Person": person, Accept: "application/json" });

  async function hear(answer) {
    offline.hidden = true;
    if (answer.status === 401) {
      dirty = true;
      if (!expired.open) expired.showModal();
      return;
    }
    const told = await answer.json();
    if (answer.ok) {
      kept.textContent = `${words.kept} ${told.at.slice(11, 16)} UTC`;
      if (String(told.revision ?? "") !== form.elements.based_on.value) kept.textContent = words.newer;
      heard(told);
    } else if (answer.status === 400) {
      await renew();
    } else {
      kept.textContent = told.message ?? words.offline;
      if (answer.status === 503) later(RETRY);
    }
  }

  /** A fresh form token for this page, once somebody is signed in again: the same person, or nothing is sent. */
  async function renew() {
    const answer = await fetch(form.dataset.pulse, { headers: { "X-Vigil-Person": person, Accept: "application/json" } });
    if (answer.status === 401) return expired.open || expired.showModal();
    if (!answer.ok) {
      kept.textContent = words.other;
      return undefined;
    }
    const token = (await answer.json()).token;
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
    if (expired.open) expired.close();
    dirty = true;
    return later(0);
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      send();
    }, wait);
  }

  form.addEventListener("input", () => {
    dirty = true;
    keepHere();
    if (!timer) later(EVERY);
  });
  form.addEventListener("focusout", () => dirty && later(150));
  form.addEventListener("change", () => {
    dirty = true;
    keepHere();
    later(300);
  });
  form.addEventListener("click", (event) => event.target.closest("[data-add]") && ((dirty = true), later(300)));
  document.getElementById("expired-again").addEventListener("click", renew);
  addEventListener("online", () => later(0));
  addEventListener("focus", () => expired.open && renew());
  addEventListener("beforeunload", (event) => {
    // Only text that exists nowhere but here is worth a question.
    if (dirty && !leaving && !offline.hidden) event.preventDefault();
  });

  // Saving goes through fetch first where the connection is in doubt: a failed navigation would throw the page away.
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.dataset.add) return;
    keepHere();
    if (form.dataset.sure) {
      leaving = true;
      return;
    }
    event.preventDefault();
    const submitter = event.submitter;
    try {
      const answer = await fetch(form.dataset.pulse, { headers: { "X-Vigil-Person": person, Accept: "application/json" } });
      if (answer.status === 401) return void (expired.open || expired.showModal());
      if (!answer.ok) return void (kept.textContent = (await answer.json()).message ?? words.other);
      const { token } = await answer.json();
      for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
    } catch {
      offline.hidden = false;
      kept.textContent = words.offline;
      dirty = true;
      later(RETRY);
      return;
    } finally {
      setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((b) => (b.disabled = false)), 50);
    }
    form.dataset.sure = "yes";
    for (const b of form.querySelectorAll("button[type=submit]")) b.disabled = false;
    leaving = true;
    form.requestSubmit(submitter ?? undefined);
  });

  restore();

  /** Put back what this browser kept and the server never had: the page was closed or crashed while offline. */
  function restore() {
    let copy = null;
    try {
      copy = JSON.parse(localStorage.getItem(place));
    } catch {
      copy = null;
    }
    if (document.querySelector(".banner.good")) return void forgetHere(); // it was saved
    if (!copy || document.getElementById("refusal")) return;
    const now = new Map();
    for (const [name, v] of fields()) now.set(name, [...(now.get(name) ?? []), v]);
    const same = copy.fields.every(([name, v]) => (now.get(name) ?? [""]).includes(v) || v === "");
    if (same) return void forgetHere();
    // Typed on a version that was replaced since: the server's draft holds it, and saving shows both versions.
    if (copy.based_on !== form.elements.based_on.value) return;
    for (const [name, v] of copy.fields) put(name, v);
    kept.textContent = words.restored;
    dirty = true;
    changed();
    later(500);
  }

  function put(name, v) {
    if (["based_on", "version", "typed_by"].includes(name)) return;
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked ||= field.value === v;
      else if (field.type !== "file") field.value = v;
    }
  }
}
