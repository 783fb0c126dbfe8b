// A receiver that verifies webhooks as users of the public packages do. Run by `deploy/dev interop`, which installs them and says where.
// POST /hooks/NAME takes a webhook; GET /judged?secret=whsec_… says what each package makes of each of them with that secret.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.KYY_INTEROP}/`);
const packages = {
  standardwebhooks: require('standardwebhooks').Webhook,
  svix: require('svix').Webhook,
};
const received = [];

const accepts = (Webhook, secret, body, headers) => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

const judge = (secret) => received.map(({ name, body, headers }) => ({
  name,
  verdicts: Object.entries(packages).map(([by, Webhook]) => ({
    by,
    accepted: accepts(Webhook, secret, body, headers),
    // One letter of the body is another: nobody may take it.
    accepted_tampered: accepts(Webhook, secret, body.replace('task.', 'tusk.'), headers),
    // The same body at another time is another message.
    accepted_redated: accepts(Webhook, secret, body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }),
  })),
}));

createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname === '/judged') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(judge(url.searchParams.get('secret'))));
      return;
    }
    received.push({ name: url.pathname.split('/').pop(), body: Buffer.concat(parts).toString('utf8'), headers: request.headers });
    response.statusCode = 204;
    response.end();
  });
}).listen(0, '127.0.0.1', function () {
  console.log(`listening ${this.address().port}`);
});

// The test's end of the pipe is closed with it, however it ends.
process.stdin.resume().on('end', () => process.exit(0));
