"""Tokens by Authlib and requests-oauthlib. The argument is JSON, and so is the answer: a token for each way."""

import json
import os
import sys

from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session as RequestsSession
from urllib.parse import quote

# The test's gateway has no TLS.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

question = json.loads(sys.argv[1])
client, secret, url = question["client"], question["secret"], question["token_url"]


def by_authlib(method, credential=secret, auth=None):
    session = OAuth2Session(client, credential, token_endpoint_auth_method=auth or method)
    return session.fetch_token(url, grant_type="client_credentials")["access_token"]


# The audience is the issuer, not the endpoint; see docs/service-accounts.md.
assertion = PrivateKeyJWT(question["issuer"], headers={"kid": question["kid"]}, alg="ES256")
requests_session = RequestsSession(client=BackendApplicationClient(client_id=client))
credentials = HTTPBasicAuth(quote(client, safe=""), quote(secret, safe=""))

print(
    json.dumps(
        {
            "authlib client_secret_basic": by_authlib("client_secret_basic"),
            "authlib client_secret_post": by_authlib("client_secret_post"),
            "authlib private_key_jwt": by_authlib("private_key_jwt", ECKey.import_key(question["pem"]), assertion),
            "requests-oauthlib": requests_session.fetch_token(url, auth=credentials)["access_token"],
        }
    )
)
