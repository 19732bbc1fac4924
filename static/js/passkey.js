// Passkeys: a button asks the browser, and its form carries the answer. Without scripts the button is not there.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const toBytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const toText = (buffer) => {
    const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const withIds = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

  function read(options, kind) {
    const asked = { ...options.publicKey, challenge: toBytes(options.publicKey.challenge) };
    if (kind === "create") {
      asked.user = { ...asked.user, id: toBytes(asked.user.id) };
      asked.excludeCredentials = withIds(asked.excludeCredentials);
    } else {
      asked.allowCredentials = withIds(asked.allowCredentials);
    }
    return { publicKey: asked };
  }

  function written(credential, kind) {
    const given = credential.response;
    const response = { clientDataJSON: toText(given.clientDataJSON) };
    if (kind === "create") {
      response.attestationObject = toText(given.attestationObject);
      response.transports = given.getTransports ? given.getTransports() : [];
    } else {
      response.authenticatorData = toText(given.authenticatorData);
      response.signature = toText(given.signature);
      response.userHandle = given.userHandle ? toText(given.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  }

  async function use(button) {
    const form = button.form;
    const kind = button.dataset.passkey;
    const trouble = form.querySelector("[data-passkey-trouble]");
    if (trouble) trouble.hidden = true;
    button.disabled = true;
    try {
      const asked = read(JSON.parse(button.dataset.passkeyOptions), kind);
      const credential = await navigator.credentials[kind](asked);
      form.elements.credential.value = written(credential, kind);
    } catch (error) {
      button.disabled = false;
      if (trouble) trouble.hidden = false;
      button.focus();
      return;
    }
    button.disabled = false;
    button.dataset.passkeyDone = "yes";
    form.requestSubmit(button);
  }

  document.querySelectorAll("[data-passkey]").forEach((button) => {
    button.hidden = false;
    button.form.addEventListener("submit", (event) => {
      if (event.submitter !== button || button.dataset.passkeyDone) return;
      event.preventDefault();
      use(button);
    });
  });
})();
