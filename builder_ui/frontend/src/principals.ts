// The button adds whom one picked on the spot; without a script the server does.
function add(box: HTMLElement, select: HTMLSelectElement): void {
  const option = select.selectedOptions[0];
  if (!option?.value) return;
  const item = document.createElement("li");
  const label = document.createElement("label");
  label.className = "t-switch";
  const tick = document.createElement("input");
  Object.assign(tick, { className: "form-check-input", type: "checkbox", value: option.value, checked: true });
  tick.name = box.dataset.principals ?? "";
  const text = document.createElement("span");
  text.textContent = option.textContent;
  label.append(tick, text);
  item.append(label);
  box.querySelector(".t-picked")?.append(item);
  option.disabled = true;
  select.value = "";
}

export function startPrincipals(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("[data-principals] .t-pick button");
    const box = button?.closest<HTMLElement>("[data-principals]");
    const select = box?.querySelector("select");
    if (!box || !select) return;
    event.preventDefault();
    add(box, select);
    select.focus();
  });
}
