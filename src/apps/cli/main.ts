// The first file of the program. It imports nothing itself: what is loaded after this call comes
// compiled from a cache of Node's.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./run.ts');
