/**
 * Sealed secrets: a Secret encrypted for one cluster may lie in a public repository; the controller
 * here opens it in that cluster. Refuses to give out anything that was opened: events, status, logs
 * and answers hold names only. Keys never leave their Secrets. Start with `crypto/sealed-value.ts`
 * (the format), then `secret/unseal-secret.ts` and `controller/controller.ts`.
 */
export { startSeal } from './start-seal.ts';
export type { SealPorts } from './start-seal.ts';
export { defaultSealSettings } from './settings.ts';
export type { SealSettings } from './settings.ts';
export { decodeBase64 } from './crypto/base64.ts';
export { certificatesOf, fingerprintOf, privateKeyOf, sealingKeyOf } from './crypto/certificate.ts';
export { createKeyRing } from './crypto/key-ring.ts';
export type { KeyRing } from './crypto/key-ring.ts';
export { labelOf } from './crypto/label.ts';
export { sealValue } from './crypto/sealed-value.ts';
export { sealSettingsFrom } from './settings-from-flags.ts';
export type { SealFlags } from './settings-from-flags.ts';
export { generateKey } from './keys/generate-key.ts';
export type { KeyOptions, SealingKey } from './keys/generate-key.ts';
export { lockArchive, unlockArchive } from './keys/key-archive.ts';
export type { Lock, Unlock } from './keys/key-archive.ts';
export { keyLabel } from './keys/key-secret.ts';
export { misfitsOf } from './secret/fit-certificate.ts';
export type { Misfit } from './secret/fit-certificate.ts';
export { resealSecret, resealValues } from './secret/reseal-secret.ts';
export type { ResealedValues } from './secret/reseal-secret.ts';
export { templateRenderer } from './secret/render-template.ts';
export { sealSecret } from './secret/seal-secret.ts';
export { orderedMetadata, sorted, withoutServerFields } from './secret/secret-object.ts';
export type { SecretObject } from './secret/secret-object.ts';
export { hintOf, unsealSecret } from './secret/unseal-secret.ts';
export type { RenderTemplate, UnsealOptions } from './secret/unseal-secret.ts';
