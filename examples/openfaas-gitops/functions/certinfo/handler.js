'use strict';

const tls = require('node:tls');

// Tells the dates of the certificate of the host in the body: `localhost:6443`, port 443 when none is given.
module.exports = async (event, context) => {
  const asked = String(event.body ?? '').trim() || 'localhost:6443';
  const [host, port = '443'] = asked
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .split(':');
  try {
    return context
      .status(200)
      .headers({ 'Content-Type': 'text/plain' })
      .succeed(report(host, port, await certificateOf(host, port)));
  } catch (error) {
    return context
      .status(502)
      .headers({ 'Content-Type': 'text/plain' })
      .succeed(`cannot read the certificate of ${host}:${port}: ${error.message}\n`);
  }
};

function certificateOf(host, port) {
  return new Promise((resolve, reject) => {
    // The certificate is only looked at, so it need not be trusted.
    const socket = tls.connect({
      host,
      port: Number(port),
      servername: host,
      rejectUnauthorized: false,
      timeout: 5000,
    });
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer within 5 s')));
    socket.once('error', reject);
  });
}

function report(host, port, certificate) {
  const notAfter = new Date(certificate.valid_to);
  const days = Math.floor((notAfter.getTime() - Date.now()) / 86_400_000);
  return [
    `Host ${host}`,
    `Port ${port}`,
    `Issuer ${certificate.issuer?.CN ?? ''}`,
    `CommonName ${certificate.subject?.CN ?? ''}`,
    `NotBefore ${new Date(certificate.valid_from).toISOString()}`,
    `NotAfter ${notAfter.toISOString()}`,
    `NotAfterEpoch ${Math.floor(notAfter.getTime() / 1000)}`,
    `SANs [${(certificate.subjectaltname ?? '').replaceAll(/DNS:|IP Address:/g, '').replaceAll(', ', ' ')}]`,
    `TimeRemaining ${days} days`,
    '',
  ].join('\n');
}
