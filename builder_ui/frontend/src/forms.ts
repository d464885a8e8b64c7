// Forms: Ctrl+Enter saves, a second click does not save twice, a typed but unsaved form asks before one leaves it, and a label gives
// its API name. The deploy button waits for every box that stands in its way.
const UNSAFE = /[^a-z0-9]+/g;

function watchLeaving(form: HTMLFormElement): void {
  let isTyped = form.querySelector("[aria-invalid=true]") !== null;
  form.addEventListener("change", () => (isTyped = true));
  form.addEventListener("submit", () => (isTyped = false));
  window.addEventListener("beforeunload", (event) => {
    if (isTyped) event.preventDefault();
  });
}

function watchSaving(form: HTMLFormElement): void {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector<HTMLButtonElement>(".btn-primary"));
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "1";
  });
  window.addEventListener("pageshow", () => delete form.dataset["sent"]);
}

/** An API name follows its label until somebody types a name. */
function watchName(form: HTMLFormElement): void {
  const label = form.querySelector<HTMLInputElement>("[name='f.label']");
  const name = form.querySelector<HTMLInputElement>("[name='f.name']");
  if (!label || !name || name.value) return;
  let isOwn = false;
  name.addEventListener("input", () => (isOwn = name.value !== ""));
  label.addEventListener("input", () => {
    if (!isOwn) name.value = label.value.normalize("NFKD").toLowerCase().replace(UNSAFE, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40);
  });
}

function watchDeploy(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button");
  const boxes = [...document.querySelectorAll<HTMLInputElement>("[data-accept]")];
  if (!button || button.disabled || !boxes.length) return;
  const update = () => {
    const isReady = boxes.every((box) => box.checked);
    button.setAttribute("aria-disabled", String(!isReady));
  };
  boxes.forEach((box) => box.addEventListener("change", update));
  update();
}

function start(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-form]")) {
    watchLeaving(form);
    watchSaving(form);
    watchName(form);
  }
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-deploy]")) watchDeploy(form);
}

/** The browser gives the focus some time after the page is there; who types at once must not lose a letter. */
function takeFocus(): void {
  if (document.activeElement === document.body) document.querySelector<HTMLElement>("[autofocus]")?.focus();
}

export function startForms(): void {
  takeFocus();
  start(document);
}
