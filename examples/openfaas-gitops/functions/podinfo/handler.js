'use strict';

const os = require('node:os');

const version = '3.1.0';

// Reports its version and where it runs, as stefanprodan's podinfo does at /api/info and /version.
module.exports = async (event, context) => {
  if (event.path === '/version') return context.status(200).succeed({ version });
  return context.status(200).succeed({
    hostname: os.hostname(),
    version,
    runtime: `node ${process.version}`,
    message: 'greetings from podinfo',
  });
};
