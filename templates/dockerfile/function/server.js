const { createServer } = require('node:http');

const server = createServer((request, response) => {
  response.end(request.url === '/_/health' ? 'OK' : 'Hello\n');
});
server.listen(8080);
process.on('SIGTERM', () => server.close());
