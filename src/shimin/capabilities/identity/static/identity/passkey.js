// Passkeys: the device proves its owner, the form carries the proof. Where that cannot be, the form stays hidden.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const descriptors = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

const make = async (options) => {
  const key = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: descriptors(options.excludeCredentials),
    },
  });
  return { key, response: { attestationObject: text(key.response.attestationObject) } };
};

const use = async (options) => {
  const key = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: descriptors(options.allowCredentials),
    },
  });
  const { authenticatorData, signature, userHandle } = key.response;
  const response = { authenticatorData: text(authenticatorData), signature: text(signature) };
  if (userHandle) response.userHandle = text(userHandle);
  return { key, response };
};

const troubles = {
  InvalidStateError: "这台设备已经添加过了，登录时直接用它就行。",
  NotAllowedError: "没有完成。可以再按一次，或用别的办法。",
  SecurityError: "现在的网址不能用通行密钥，请从正式网址打开。",
};

const isAddress = /^[\d.]+$|:/.test(location.hostname); // keys are bound to names
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || isAddress) {
    document.querySelector("[data-no-passkey]")?.removeAttribute("hidden");
    continue;
  }
  form.hidden = false;
  let isAsking = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    const trouble = form.querySelector("[data-passkey-trouble]");
    trouble.textContent = "";
    try {
      const { key, response } = await (form.dataset.passkey === "make" ? make : use)(JSON.parse(form.dataset.options));
      response.clientDataJSON = text(key.response.clientDataJSON);
      form.elements.answer.value = JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response });
      form.submit();
    } catch (error) {
      trouble.textContent = troubles[error.name] ?? "这台设备现在用不了通行密钥，请用别的办法。";
    } finally {
      isAsking = false;
    }
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-passkey]")) form.elements.answer.value = "";
});
