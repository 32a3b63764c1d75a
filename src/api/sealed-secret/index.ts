/**
 * The kind SealedSecret of group bitnami.com: a Secret that may lie in a public repository, since
 * only the controller's private key opens it. Here are its shape, its definition and the names of
 * its annotations; no cryptography. Start with `sealed-secret.ts`.
 */
export {
  annotations,
  parseSealedSecret,
  scopeOf,
  sealedSecretKind,
  withScope,
} from './sealed-secret.ts';
export type {
  Scope,
  SealedSecret,
  SealedSecretCondition,
  SealedSecretSpec,
  SealedSecretStatus,
  SecretTemplate,
  TemplateMetadata,
} from './sealed-secret.ts';
export { sealedSecretCrd } from './crd.ts';
