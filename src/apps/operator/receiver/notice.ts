import type { Hidden } from '../../../base/index.ts';
import { parseImage } from '../../../lib/oci/index.ts';

/** fluxd's notice of a change, as `POST /v11/notify` takes it. */
export type Notice =
  | { readonly Kind: 'git'; readonly Source: { readonly URL: string; readonly Branch: string } }
  | {
      readonly Kind: 'image';
      readonly Source: { readonly Name: { readonly Domain: string; readonly Image: string } };
    };

/** A webhook as it came: its body has been read, not parsed. */
export interface Hook {
  readonly headers: Headers;
  readonly body: Buffer;
  readonly key: Hidden<Buffer>;
  /** `registryHost` of the configuration. */
  readonly host: string;
}

/** What a webhook says; a text is answered and nothing more done. */
export type Said = readonly Notice[] | string;

/** A branch moved. */
export function gitNotice(url: string, ref: string): Notice {
  return { Kind: 'git', Source: { URL: url, Branch: ref.replace(/^refs\/heads\//, '') } };
}

/** An image was pushed; the tag does not matter. */
export function imageNotice(name: string): Notice {
  const { domain, path } = parseImage(name);
  return { Kind: 'image', Source: { Name: { Domain: domain, Image: path } } };
}
