/** Answers a request. `peer` tells who asks, when the connection itself knows (client certificate). */
export type Handler = (request: Request, peer?: Peer) => Promise<Response> | Response;

/** Sends a request and gives the answer; a server's handler called in-process is one too. */
export type Transport = (request: Request) => Promise<Response>;

/** What the connection knows of the caller. */
export interface Peer {
  readonly address: string;
  /** Subject of a verified client certificate: common name is the user, organisations the groups. */
  readonly certificate?: { readonly commonName: string; readonly organizations: readonly string[] };
}
