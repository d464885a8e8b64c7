// Passkeys: a form with data-passkey asks the authenticator before it is sent, and sends what it answered. Its options stand in
// data-options, or are fetched from data-options-from with what the form data-fields-from has filled in.
type Json = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function descriptors(found: unknown): PublicKeyCredentialDescriptor[] {
  return ((found ?? []) as Json[]).map((one) => ({ ...one, id: bytes(one["id"] as string) }) as unknown as PublicKeyCredentialDescriptor);
}

async function create(options: Json): Promise<Json> {
  const user = options["user"] as Json;
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options["challenge"] as string),
      user: { ...user, id: bytes(user["id"] as string) },
      excludeCredentials: descriptors(options["excludeCredentials"]),
    } as unknown as PublicKeyCredentialCreationOptions,
  }) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return wrapped(made, { attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] });
}

async function get(options: Json): Promise<Json> {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options["challenge"] as string),
      allowCredentials: descriptors(options["allowCredentials"]),
    } as unknown as PublicKeyCredentialRequestOptions,
  }) as PublicKeyCredential;
  const response = shown.response as AuthenticatorAssertionResponse;
  return wrapped(shown, {
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: response.userHandle ? text(response.userHandle) : null,
  });
}

function wrapped(credential: PublicKeyCredential, response: Json): Json {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...response, clientDataJSON: text(credential.response.clientDataJSON) },
  };
}

async function optionsOf(form: HTMLFormElement): Promise<Json> {
  const ready = form.dataset["options"];
  if (ready) return JSON.parse(ready) as Json;
  const answer = await fetch(form.dataset["optionsFrom"]!, { method: "POST", body: new URLSearchParams(new FormData(form) as unknown as Record<string, string>) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as Json;
}

/** What the visible form has, such as the workspace, goes along. */
function fillIn(form: HTMLFormElement): void {
  const from = document.querySelector<HTMLFormElement>(`form[action="${form.dataset["fieldsFrom"]}"]`);
  if (!from) return;
  for (const [name, value] of new FormData(from)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "hidden") field.value = String(value);
  }
}

function start(form: HTMLFormElement): void {
  const button = document.querySelector<HTMLElement>(`[data-passkey-button][form="${form.id}"]`);
  const error = (button?.parentElement ?? form).querySelector<HTMLElement>("[data-passkey-error]");
  (button ?? form).hidden = false;
  let isAsking = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    if (error) error.hidden = true;
    fillIn(form);
    optionsOf(form)
      .then((options) => (form.dataset["passkey"] === "create" ? create(options) : get(options)))
      .then((credential) => {
        form.querySelector<HTMLInputElement>("[data-passkey-field], [name=credential]")!.value = JSON.stringify(credential);
        form.submit();
      })
      .catch(() => {
        isAsking = false;
        if (error) error.hidden = false;
      });
  });
}

export function startPasskeys(): void {
  const forms = document.querySelectorAll<HTMLFormElement>("form[data-passkey]");
  if (window.PublicKeyCredential) forms.forEach(start);
  else document.querySelectorAll<HTMLElement>("[data-passkey-missing]").forEach((missing) => { missing.hidden = false; });
}
