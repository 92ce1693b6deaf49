// A real OpenID provider, for tests: node provider.js PORT PEOPLE. It signs in
// whoever login_hint names, without asking, and has new keys at every start. It
// prints its issuer once it listens, and ends when its standard input does.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, people] = [Number(process.argv[2]), JSON.parse(process.argv[3])];
const resource = 'urn:wardroom:api';

function key(alg, type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg, use: 'sig' };
}

const server = createServer();
server.listen(port, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = (client_id, alg) => ({
    client_id, token_endpoint_auth_method: 'none', redirect_uris: [`${issuer}/done`], id_token_signed_response_alg: alg,
  });
  const provider = new Provider(issuer, {
    clients: [client('wardroom-web', 'RS256'), client('another-of-ours', 'ES256'), client('somebody-else', 'RS256')],
    jwks: { keys: [key('RS256', 'rsa', { modulusLength: 2048 }), key('ES256', 'ec', { namedCurve: 'P-256' })] },
    cookies: { keys: [randomUUID()] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    conformIdTokenClaims: false, // the ID token shows the address, as Cognito's does
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: '', accessTokenFormat: 'jwt', accessTokenTTL: 600 }),
      },
    },
  });
  const answer = provider.callback();

  async function interact(req, res) {
    const { prompt, params, session } = await provider.interactionDetails(req, res);
    if (prompt.name === 'login') {
      return provider.interactionFinished(req, res, { login: { accountId: params.login_hint } });
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  }

  server.on('request', (req, res) => {
    if (!req.url.startsWith('/interaction/')) return answer(req, res);
    return interact(req, res).catch((e) => { res.statusCode = 500; res.end(String(e.stack)); });
  });
  console.log(issuer);
});
process.stdin.on('end', () => process.exit(0)).resume();
