// Made by `npm run reference` from the routes of the server; do not edit.

/** Every operation of a server: what stands in its path and query, its body, and what it answers. */
export interface Operations {
  /** What the server offers beyond the contract. */
  GetCapabilities: { answer: ApiCapabilities }
  /** Versions for the upgrade hint of other command-line tools; always older than any of them. */
  GetCliVersion: { answer: ApiCliVersion }
  /** Whether the process lives. */
  Healthz: { answer: { readonly status: "ok" } }
  /** Whether the process lives. */
  Livez: { answer: { readonly status: "ok" } }
  /** Whether requests can be served now. */
  Readyz: { answer: { readonly status: "ok" } }
  /** The caller and their organizations. */
  GetCurrentUser: { answer: ApiUser }
  /** The organization that names without one fall into; empty when there is none. */
  GetDefaultOrganization: { answer: ApiDefaultOrganization }
  /** Trades an identity token of a trusted issuer, or the code of a login that was allowed, for an access token; a form or JSON. */
  ExchangeToken: { body: ApiExchangeRequest; answer: ApiExchangeResponse }
  /** Begins a login that a person allows in a browser (RFC 8628); a form or JSON. */
  StartDeviceLogin: { body: ApiDeviceLoginRequest; answer: ApiDeviceLogin }
  /** Trades a service account’s token for an organization token. */
  ExchangeTokenSimple: { body: ApiSimpleExchangeRequest; answer: ApiSimpleExchangeResponse }
  /** The issuers that are trusted. */
  ListOidcIssuers: { path: { readonly org: string | number }; answer: ApiOidcIssuers }
  /** Trusts an issuer; its tokens are worth nothing until a policy allows. */
  RegisterOidcIssuer: { path: { readonly org: string | number }; body: ApiRegisterOidcIssuer; answer: ApiOidcIssuer }
  /** One trusted issuer. */
  GetOidcIssuer: { path: { readonly org: string | number; readonly id: string | number }; answer: ApiOidcIssuer }
  /** Changes what is sent. */
  UpdateOidcIssuer: { path: { readonly org: string | number; readonly id: string | number }; body: ApiUpdateOidcIssuer; answer: ApiOidcIssuer }
  /** Ends the trust in an issuer. */
  DeleteOidcIssuer: { path: { readonly org: string | number; readonly id: string | number }; answer: undefined }
  /** The policies of an issuer. */
  GetAuthPolicy: { path: { readonly org: string | number; readonly id: string | number }; answer: ApiAuthPolicy }
  /** Replaces the policies of an issuer. */
  UpdateAuthPolicy: { path: { readonly org: string | number; readonly id: string | number }; body: ApiUpdateAuthPolicy; answer: ApiAuthPolicy }
  /** The caller’s personal tokens. */
  ListPersonalTokens: { answer: ApiAccessTokens }
  /** Makes a personal token, which can do no more than the one used and lives no longer. */
  CreatePersonalToken: { body?: ApiCreateAccessToken; answer: ApiCreatedAccessToken }
  /** Revokes a personal token at once. */
  RevokePersonalToken: { path: { readonly id: string | number }; answer: undefined }
  /** The organization’s tokens. */
  ListOrganizationTokens: { path: { readonly org: string | number }; answer: ApiAccessTokens }
  /** Makes a token that acts for the organization. */
  CreateOrganizationToken: { path: { readonly org: string | number }; body: ApiCreateAccessToken; answer: ApiCreatedAccessToken }
  /** Revokes a token of the organization at once. */
  RevokeOrganizationToken: { path: { readonly org: string | number; readonly id: string | number }; answer: undefined }
  /** The members, by login. */
  ListMembers: { path: { readonly org: string | number }; answer: ApiMembers }
  /** Makes somebody a member or changes the role; a new login becomes an account with a first token. */
  PutMember: { path: { readonly org: string | number; readonly login: string | number }; body?: ApiPutMember; answer: ApiMemberResult }
  /** Ends a membership. */
  RemoveMember: { path: { readonly org: string | number; readonly login: string | number }; answer: undefined }
  /** What holds for the organization. */
  GetOrganizationSettings: { path: { readonly org: string | number }; answer: ApiOrganizationSettings }
  /** Changes what holds for the organization. */
  UpdateOrganizationSettings: { path: { readonly org: string | number }; body: ApiUpdateOrganizationSettings; answer: ApiOrganizationSettings }
  /** The audit trail, newest first; `startTime` in epoch seconds gives what is older, `dangerous` what gave rights or let data out. */
  ListAuditLog: { path: { readonly org: string | number }; query: { readonly startTime?: number; readonly userFilter?: string | number; readonly continuationToken?: string | number; readonly dangerous?: boolean }; answer: ApiAuditLog }
  /** The levels granted to single members, by login. */
  ListGrants: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: ApiGrants }
  /** Replaces the levels granted to single members; `write` decides what openers receive. */
  PutGrants: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiGrants; answer: ApiGrants }
  /** The teams and their members. */
  ListTeams: { path: { readonly org: string | number }; answer: ApiTeams }
  /** Makes a team without members. */
  CreateTeam: { path: { readonly org: string | number }; body: ApiCreateTeam; answer: undefined }
  /** Changes what a team may do with an environment, or who belongs to it. */
  UpdateTeam: { path: { readonly org: string | number; readonly team: string | number }; body: ApiUpdateTeam; answer: undefined }
  /** Removes a team with its grants and revokes its tokens. */
  DeleteTeam: { path: { readonly org: string | number; readonly team: string | number }; answer: undefined }
  /** The custom roles: what they allow where, and who holds them. */
  ListRoles: { path: { readonly org: string | number }; answer: ApiRoles }
  /** Makes a custom role, or replaces all that it allows and all who hold it. */
  PutRole: { path: { readonly org: string | number; readonly role: string | number }; body: ApiPutRole; answer: ApiRole }
  /** Removes a custom role; who held it loses what it allowed at once. */
  DeleteRole: { path: { readonly org: string | number; readonly role: string | number }; answer: undefined }
  /** A page of the trail of up to 1,000 in order, after a number: JSON lines with hashes, CSV or CEF. */
  ExportAuditLog: { path: { readonly org: string | number }; query: { readonly after?: number; readonly format?: "jsonl" | "csv" | "cef" }; answer: string }
  /** Where the trail ends now, signed; keep it elsewhere to find out later what is missing. */
  GetAuditCheckpoint: { path: { readonly org: string | number }; answer: ApiAuditCheckpoint }
  /** The same of the server’s own trail, for administrators of the installation. */
  ExportServerAuditLog: { query: { readonly after?: number }; answer: string }
  /** The keys of both issuers: states and times, never a key. */
  ListSigningKeys: { answer: ApiSigningKeys }
  /** Lets the next key sign, once it was published for long enough. */
  RotateSigningKey: { path: { readonly issuer: string | number }; answer: ApiSigningKeys }
  /** Takes a key out of use at once; tokens that it signed fail as soon as verifiers notice. */
  RevokeSigningKey: { path: { readonly issuer: string | number; readonly kid: string | number }; answer: ApiSigningKeys }
  /** The keys that seal secrets, counted, and how far a rotation is. */
  GetDataKeys: { answer: ApiDataKeyStatus }
  /** Begins to seal everything under new data keys; the work goes on beside requests. */
  RotateDataKeys: { answer: ApiDataKeyStatus }
  /** Opens everything that is sealed, and says what does not open; shows no value. */
  VerifySeals: { answer: ApiVerifiedSeals }
  /** Providers by name. */
  ListProviders: { query: { readonly orgName?: string | number }; answer: ApiProviders }
  /** What a provider takes and gives. */
  GetProviderSchema: { path: { readonly name: string | number }; query: { readonly orgName?: string | number }; answer: ApiProviderSchema }
  /** Rotators by name. */
  ListRotators: { query: { readonly orgName?: string | number }; answer: ApiRotators }
  /** What a rotator takes, keeps and gives. */
  GetRotatorSchema: { path: { readonly name: string | number }; query: { readonly orgName?: string | number }; answer: ApiRotatorSchema }
  /** The tag names in use with their values. */
  ListTagValues: { path: { readonly org: string | number }; answer: ApiTagValues }
  /** Tags by name; `nextToken` is `0` on the last page. */
  ListTags: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; query: { readonly after?: string | number; readonly count?: number }; answer: ApiListEnvironmentTags }
  /** Adds a tag. */
  CreateTag: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiCreateEnvironmentTag; answer: ApiEnvironmentTag }
  /** One tag. */
  GetTag: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number }; answer: ApiEnvironmentTag }
  /** Changes name or value of a tag. */
  UpdateTag: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number }; body: ApiUpdateEnvironmentTag; answer: ApiEnvironmentTag }
  /** Removes a tag. */
  DeleteTag: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number }; answer: undefined }
  /** Environments of all the caller’s organizations. */
  ListEnvironments: { query: { readonly continuationToken?: string | number; readonly maxResults?: number; readonly includeReferrerMetadata?: boolean; readonly organization?: string | number }; answer: ApiOrgEnvironments }
  /** Environments of an organization. */
  ListOrgEnvironments: { path: { readonly org: string | number }; query: { readonly continuationToken?: string | number; readonly maxResults?: number; readonly includeReferrerMetadata?: boolean; readonly roleID?: string | number }; answer: ApiOrgEnvironments }
  /** Makes an environment that holds nothing yet. */
  CreateEnvironment: { path: { readonly org: string | number }; query: { readonly confirmSubject?: string | number }; body: ApiCreateEnvironment; answer: undefined }
  /** Deleted environments that can be restored. */
  ListDeletedEnvironments: { path: { readonly org: string | number }; answer: ApiDeletedEnvironments }
  /** Brings a deleted environment back. */
  RestoreEnvironment: { path: { readonly org: string | number }; body: ApiRestoreEnvironment; answer: undefined }
  /** The newest definition, secrets sealed. */
  ReadEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: string }
  /** The tag of the newest definition. */
  HeadEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: undefined }
  /** Replaces the definition; conditional with `ETag` or `If-Match`. */
  UpdateEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: string | Uint8Array; answer: ApiWarnings }
  /** Deletes the environment; it can be restored for some time. */
  DeleteEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: undefined }
  /** Copies the environment within its organization. */
  CloneEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; query: { readonly confirmSubject?: string | number }; body: ApiCloneEnvironment; answer: undefined }
  /** The newest definition with its secrets in clear. */
  DecryptEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: string }
  /** Ids, owner and what is gated. */
  GetEnvironmentMetadata: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: ApiEnvironmentMetadata }
  /** Makes another member the owner; answers with the one before. */
  ChangeEnvironmentOwner: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiChangeOwner; answer: ApiUserInfo }
  /** The settings. */
  GetEnvironmentSettings: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: ApiEnvironmentSettings }
  /** Changes the settings that are sent. */
  UpdateEnvironmentSettings: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiUpdateEnvironmentSettings; answer: ApiEnvironmentSettings }
  /** Proposes a definition; an environment has one draft at a time. */
  CreateDraft: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: string | Uint8Array; answer: ApiChangeRequestRef }
  /** The text of a draft, the newest unless a revision is named. */
  ReadDraft: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly changeRequest: string | number }; query: { readonly revision?: number }; answer: string }
  /** Replaces the text of a draft; conditional with `If-Match`. */
  UpdateDraft: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly changeRequest: string | number }; body: string | Uint8Array; answer: ApiChangeRequestRef }
  /** Evaluates a draft with its providers. */
  OpenDraft: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly changeRequest: string | number }; query: { readonly duration?: string | number; readonly revision?: number }; answer: ApiOpenEnvironment }
  /** Seals texts for this environment, in order. */
  EncryptSecrets: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiPlaintexts; answer: ApiCiphertexts }
  /** Opens texts that were sealed for this environment, in order. */
  DecryptSecrets: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiCiphertexts; answer: ApiPlaintexts }
  /** Change requests, newest first. */
  ListChangeRequests: { path: { readonly org: string | number }; query: { readonly continuationToken?: string | number; readonly count?: number; readonly entityType?: string | number; readonly entityId?: string | number }; answer: ApiChangeRequests }
  /** A change request and what its gates want. */
  GetChangeRequest: { path: { readonly org: string | number; readonly id: string | number }; answer: ApiChangeRequestDetail }
  /** Changes the description. */
  UpdateChangeRequest: { path: { readonly org: string | number; readonly id: string | number }; body: ApiUpdateChangeRequest; answer: undefined }
  /** Puts a draft up for approval. */
  SubmitChangeRequest: { path: { readonly org: string | number; readonly id: string | number }; body?: ApiSubmitChangeRequest; answer: undefined }
  /** Approves the text that was seen. */
  ApproveChangeRequest: { path: { readonly org: string | number; readonly id: string | number }; body: ApiApproveChangeRequest; answer: undefined }
  /** Takes the caller’s approval back. */
  UnapproveChangeRequest: { path: { readonly org: string | number; readonly id: string | number }; body?: ApiOptionalComment; answer: undefined }
  /** Makes the draft the newest revision, or lets a request to open take effect. */
  ApplyChangeRequest: { path: { readonly org: string | number; readonly id: string | number }; body?: Readonly<Record<string, unknown>>; answer: ApiAppliedChangeRequest }
  /** Gives a change request up. */
  CloseChangeRequest: { path: { readonly org: string | number; readonly id: string | number }; body?: ApiOptionalComment; answer: undefined }
  /** Adds a comment. */
  CommentOnChangeRequest: { path: { readonly org: string | number; readonly id: string | number }; body: ApiComment; answer: undefined }
  /** The story of a change request, oldest first. */
  ListChangeRequestEvents: { path: { readonly org: string | number; readonly id: string | number }; query: { readonly continuationToken?: string | number }; answer: ApiChangeRequestEvents }
  /** Asks to open the environment and every gated one that it imports. */
  CreateOpenRequest: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body?: ApiCreateOpenRequest; answer: ApiOpenRequests }
  /** One request to open. */
  GetOpenRequest: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly id: string | number }; answer: ApiOpenRequest }
  /** Asks for other times; approvals of the ones before count no longer. */
  UpdateOpenRequest: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly id: string | number }; body: ApiCreateOpenRequest; answer: ApiOpenRequest }
  /** The gates of the environment. */
  ListGates: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: ApiGates }
  /** Replaces the gates of the environment. */
  PutGates: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiPutGates; answer: ApiGates }
  /** Checks a text that belongs to no environment. */
  CheckYaml: { path: { readonly org: string | number }; query: { readonly showSecrets?: boolean }; body: string | Uint8Array; answer: ApiCheckEnvironment }
  /** Opens a text that belongs to no environment. */
  OpenYaml: { path: { readonly org: string | number }; query: { readonly duration?: string | number; readonly environmentOverrides?: string | number }; body: string | Uint8Array; answer: ApiOpenEnvironment }
  /** The result of an open text, or one value of it. */
  ReadOpenYaml: { path: { readonly org: string | number; readonly session: string | number }; query: { readonly property?: string | number }; answer: ApiValue | ApiEnvironment }
  /** Checks a text as if it were the environment’s; without one, the newest definition. */
  CheckEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; query: { readonly showSecrets?: boolean }; body: string | Uint8Array; answer: ApiCheckEnvironment }
  /** Checks a stored revision. */
  CheckEnvironmentAtVersion: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly version: string | number }; query: { readonly showSecrets?: boolean }; answer: ApiCheckEnvironment }
  /** Evaluates the newest definition with its providers. */
  OpenEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; query: { readonly duration?: string | number }; answer: ApiOpenEnvironment }
  /** Evaluates a revision with its providers. */
  OpenEnvironmentAtVersion: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly version: string | number }; query: { readonly duration?: string | number }; answer: ApiOpenEnvironment }
  /** The result of an open, or one value of it. */
  ReadOpenEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly session: string | number }; query: { readonly property?: string | number }; answer: ApiValue | ApiEnvironment }
  /** Environments that import this one, by the revision or tag that they name. */
  ListReferrers: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; query: { readonly count?: string | number; readonly continuationToken?: string | number; readonly allRevisions?: boolean; readonly latestStackVersionOnly?: boolean }; answer: ApiReferrers }
  /** The same for one version, as a flat list. */
  ListVersionReferrers: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly version: string | number }; query: { readonly count?: string | number; readonly continuationToken?: string | number }; answer: ApiVersionReferrers }
  /** The history, newest first. */
  ListRevisions: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; query: { readonly before?: number; readonly count?: number }; answer: readonly (ApiEnvironmentRevision)[] }
  /** Revision tags by name, `latest` among them. */
  ListRevisionTags: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; query: { readonly after?: string | number; readonly count?: number }; answer: ApiEnvironmentRevisionTags }
  /** Names a revision; the newest when none is given. */
  CreateRevisionTag: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiCreateEnvironmentRevisionTag; answer: undefined }
  /** One revision tag. */
  ReadRevisionTag: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly tag: string | number }; answer: ApiEnvironmentRevisionTag }
  /** Moves a revision tag; to the newest when no revision is given. */
  UpdateRevisionTag: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly tag: string | number }; body?: ApiUpdateEnvironmentRevisionTag; answer: undefined }
  /** Removes a revision tag; the revision stays. */
  DeleteRevisionTag: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly tag: string | number }; answer: undefined }
  /** The definition at a revision number or tag, secrets sealed. */
  ReadEnvironmentAtVersion: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly version: string | number }; answer: string }
  /** The definition at a revision number or tag, secrets in clear. */
  DecryptEnvironmentAtVersion: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly version: string | number }; answer: string }
  /** Marks a revision unusable and moves its tags to the replacement. */
  RetractRevision: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly version: string | number }; body?: ApiRetractEnvironmentRevision; answer: undefined }
  /** Revision tags that point at a revision. */
  ListTagsOfRevision: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly version: string | number }; answer: ApiEnvironmentRevisionTags }
  /** Makes the next secrets of the rotators at the paths; of all when there are none. */
  RotateEnvironment: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body?: ApiRotateEnvironmentRequest; answer: ApiRotateEnvironmentResponse }
  /** Rotations, newest first. */
  ListRotations: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: ApiRotationHistory }
  /** The schedules of the environment. */
  ListSchedules: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; query: { readonly count?: number }; answer: ApiSchedules }
  /** Plans rotations. */
  CreateSchedule: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiScheduleRequest; answer: ApiScheduledAction }
  /** One schedule. */
  GetSchedule: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly id: string | number }; answer: ApiScheduledAction }
  /** Changes what is sent; one kind of timing clears the other. */
  UpdateSchedule: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly id: string | number }; body: ApiScheduleRequest; answer: ApiScheduledAction }
  /** Removes a schedule. */
  DeleteSchedule: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly id: string | number }; answer: Readonly<Record<string, unknown>> }
  /** What ran, newest first. */
  ListScheduleHistory: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly id: string | number }; query: { readonly count?: number }; answer: ApiScheduleHistory }
  /** Lets a schedule rest. */
  PauseSchedule: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly id: string | number }; answer: ApiScheduledAction }
  /** Lets a schedule run again. */
  ResumeSchedule: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly id: string | number }; answer: ApiScheduledAction }
  /** The webhooks, by name. */
  ListWebhooks: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; answer: readonly (ApiWebhook)[] }
  /** Adds a webhook; the server makes a name when none is sent. */
  CreateWebhook: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number }; body: ApiWebhookRequest; answer: ApiWebhook }
  /** One webhook. */
  GetWebhook: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number }; answer: ApiWebhook }
  /** Replaces a webhook; an absent `format` and an empty `secret` stay. */
  UpdateWebhook: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number }; body: ApiWebhookRequest; answer: ApiWebhook }
  /** Removes a webhook. */
  DeleteWebhook: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number }; answer: undefined }
  /** Sends a test event at once. */
  PingWebhook: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number }; answer: ApiWebhookDelivery }
  /** Deliveries, newest first. */
  ListDeliveries: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number }; query: { readonly count?: number }; answer: readonly (ApiWebhookDelivery)[] }
  /** Sends an earlier event again. */
  RedeliverWebhook: { path: { readonly org: string | number; readonly project: string | number; readonly env: string | number; readonly name: string | number; readonly event: string | number }; answer: ApiWebhookDelivery }
}

/** Where an operation is asked: method, path, kind of the body, kind of the answer. */
export const operationTable: Readonly<Record<keyof Operations, OperationRow>> = {
  GetCapabilities: ['GET', '/api/capabilities', 'none', 'json'],
  GetCliVersion: ['GET', '/api/cli/version', 'none', 'json'],
  Healthz: ['GET', '/healthz', 'none', 'json'],
  Livez: ['GET', '/livez', 'none', 'json'],
  Readyz: ['GET', '/readyz', 'none', 'json'],
  GetCurrentUser: ['GET', '/api/user', 'none', 'json'],
  GetDefaultOrganization: ['GET', '/api/user/organizations/default', 'none', 'json'],
  ExchangeToken: ['POST', '/api/oauth/token', 'json', 'json'],
  StartDeviceLogin: ['POST', '/api/oauth/device', 'json', 'json'],
  ExchangeTokenSimple: ['POST', '/api/oauth/oidc/token', 'json', 'json'],
  ListOidcIssuers: ['GET', '/api/orgs/{org}/oidc/issuers', 'none', 'json'],
  RegisterOidcIssuer: ['POST', '/api/orgs/{org}/oidc/issuers', 'json', 'json'],
  GetOidcIssuer: ['GET', '/api/orgs/{org}/oidc/issuers/{id}', 'none', 'json'],
  UpdateOidcIssuer: ['PATCH', '/api/orgs/{org}/oidc/issuers/{id}', 'json', 'json'],
  DeleteOidcIssuer: ['DELETE', '/api/orgs/{org}/oidc/issuers/{id}', 'none', 'empty'],
  GetAuthPolicy: ['GET', '/api/orgs/{org}/auth/policies/oidcissuers/{id}', 'none', 'json'],
  UpdateAuthPolicy: ['PATCH', '/api/orgs/{org}/auth/policies/{id}', 'json', 'json'],
  ListPersonalTokens: ['GET', '/api/user/tokens', 'none', 'json'],
  CreatePersonalToken: ['POST', '/api/user/tokens', 'json', 'json'],
  RevokePersonalToken: ['DELETE', '/api/user/tokens/{id}', 'none', 'empty'],
  ListOrganizationTokens: ['GET', '/api/orgs/{org}/tokens', 'none', 'json'],
  CreateOrganizationToken: ['POST', '/api/orgs/{org}/tokens', 'json', 'json'],
  RevokeOrganizationToken: ['DELETE', '/api/orgs/{org}/tokens/{id}', 'none', 'empty'],
  ListMembers: ['GET', '/api/orgs/{org}/members', 'none', 'json'],
  PutMember: ['PUT', '/api/orgs/{org}/members/{login}', 'json', 'json'],
  RemoveMember: ['DELETE', '/api/orgs/{org}/members/{login}', 'none', 'empty'],
  GetOrganizationSettings: ['GET', '/api/orgs/{org}/settings', 'none', 'json'],
  UpdateOrganizationSettings: ['PATCH', '/api/orgs/{org}/settings', 'json', 'json'],
  ListAuditLog: ['GET', '/api/orgs/{org}/auditlogs', 'none', 'json'],
  ListGrants: ['GET', '/api/esc/environments/{org}/{project}/{env}/grants', 'none', 'json'],
  PutGrants: ['PUT', '/api/esc/environments/{org}/{project}/{env}/grants', 'json', 'json'],
  ListTeams: ['GET', '/api/orgs/{org}/teams', 'none', 'json'],
  CreateTeam: ['POST', '/api/orgs/{org}/teams', 'json', 'empty'],
  UpdateTeam: ['PATCH', '/api/orgs/{org}/teams/{team}', 'json', 'empty'],
  DeleteTeam: ['DELETE', '/api/orgs/{org}/teams/{team}', 'none', 'empty'],
  ListRoles: ['GET', '/api/orgs/{org}/roles', 'none', 'json'],
  PutRole: ['PUT', '/api/orgs/{org}/roles/{role}', 'json', 'json'],
  DeleteRole: ['DELETE', '/api/orgs/{org}/roles/{role}', 'none', 'empty'],
  ExportAuditLog: ['GET', '/api/orgs/{org}/auditlogs/export', 'none', 'text'],
  GetAuditCheckpoint: ['GET', '/api/orgs/{org}/auditlogs/checkpoint', 'none', 'json'],
  ExportServerAuditLog: ['GET', '/api/server/auditlogs/export', 'none', 'text'],
  ListSigningKeys: ['GET', '/api/server/oidc/keys', 'none', 'json'],
  RotateSigningKey: ['POST', '/api/server/oidc/keys/{issuer}/rotate', 'none', 'json'],
  RevokeSigningKey: ['DELETE', '/api/server/oidc/keys/{issuer}/{kid}', 'none', 'json'],
  GetDataKeys: ['GET', '/api/server/keys', 'none', 'json'],
  RotateDataKeys: ['POST', '/api/server/keys/rotate', 'none', 'json'],
  VerifySeals: ['POST', '/api/server/keys/verify', 'none', 'json'],
  ListProviders: ['GET', '/api/esc/providers', 'none', 'json'],
  GetProviderSchema: ['GET', '/api/esc/providers/{name}/schema', 'none', 'json'],
  ListRotators: ['GET', '/api/esc/rotators', 'none', 'json'],
  GetRotatorSchema: ['GET', '/api/esc/rotators/{name}/schema', 'none', 'json'],
  ListTagValues: ['GET', '/api/esc/environments/{org}/tags', 'none', 'json'],
  ListTags: ['GET', '/api/esc/environments/{org}/{project}/{env}/tags', 'none', 'json'],
  CreateTag: ['POST', '/api/esc/environments/{org}/{project}/{env}/tags', 'json', 'json'],
  GetTag: ['GET', '/api/esc/environments/{org}/{project}/{env}/tags/{name}', 'none', 'json'],
  UpdateTag: ['PATCH', '/api/esc/environments/{org}/{project}/{env}/tags/{name}', 'json', 'json'],
  DeleteTag: ['DELETE', '/api/esc/environments/{org}/{project}/{env}/tags/{name}', 'none', 'empty'],
  ListEnvironments: ['GET', '/api/esc/environments', 'none', 'json'],
  ListOrgEnvironments: ['GET', '/api/esc/environments/{org}', 'none', 'json'],
  CreateEnvironment: ['POST', '/api/esc/environments/{org}', 'json', 'empty'],
  ListDeletedEnvironments: ['GET', '/api/esc/environments/{org}/restore', 'none', 'json'],
  RestoreEnvironment: ['PUT', '/api/esc/environments/{org}/restore', 'json', 'empty'],
  ReadEnvironment: ['GET', '/api/esc/environments/{org}/{project}/{env}', 'none', 'yaml'],
  HeadEnvironment: ['HEAD', '/api/esc/environments/{org}/{project}/{env}', 'none', 'empty'],
  UpdateEnvironment: ['PATCH', '/api/esc/environments/{org}/{project}/{env}', 'yaml', 'json'],
  DeleteEnvironment: ['DELETE', '/api/esc/environments/{org}/{project}/{env}', 'none', 'empty'],
  CloneEnvironment: ['POST', '/api/esc/environments/{org}/{project}/{env}/clone', 'json', 'empty'],
  DecryptEnvironment: ['GET', '/api/esc/environments/{org}/{project}/{env}/decrypt', 'none', 'yaml'],
  GetEnvironmentMetadata: ['GET', '/api/esc/environments/{org}/{project}/{env}/metadata', 'none', 'json'],
  ChangeEnvironmentOwner: ['POST', '/api/esc/environments/{org}/{project}/{env}/ownership', 'json', 'json'],
  GetEnvironmentSettings: ['GET', '/api/esc/environments/{org}/{project}/{env}/settings', 'none', 'json'],
  UpdateEnvironmentSettings: ['PATCH', '/api/esc/environments/{org}/{project}/{env}/settings', 'json', 'json'],
  CreateDraft: ['POST', '/api/esc/environments/{org}/{project}/{env}/drafts', 'yaml', 'json'],
  ReadDraft: ['GET', '/api/esc/environments/{org}/{project}/{env}/drafts/{changeRequest}', 'none', 'yaml'],
  UpdateDraft: ['PATCH', '/api/esc/environments/{org}/{project}/{env}/drafts/{changeRequest}', 'yaml', 'json'],
  OpenDraft: ['POST', '/api/esc/environments/{org}/{project}/{env}/drafts/{changeRequest}/open', 'none', 'json'],
  EncryptSecrets: ['POST', '/api/esc/environments/{org}/{project}/{env}/encrypt-secrets', 'json', 'json'],
  DecryptSecrets: ['POST', '/api/esc/environments/{org}/{project}/{env}/decrypt-secrets', 'json', 'json'],
  ListChangeRequests: ['GET', '/api/change-requests/{org}', 'none', 'json'],
  GetChangeRequest: ['GET', '/api/change-requests/{org}/{id}', 'none', 'json'],
  UpdateChangeRequest: ['PATCH', '/api/change-requests/{org}/{id}', 'json', 'empty'],
  SubmitChangeRequest: ['POST', '/api/change-requests/{org}/{id}/submit', 'json', 'empty'],
  ApproveChangeRequest: ['POST', '/api/change-requests/{org}/{id}/approve', 'json', 'empty'],
  UnapproveChangeRequest: ['DELETE', '/api/change-requests/{org}/{id}/approve', 'json', 'empty'],
  ApplyChangeRequest: ['POST', '/api/change-requests/{org}/{id}/apply', 'json', 'json'],
  CloseChangeRequest: ['POST', '/api/change-requests/{org}/{id}/close', 'json', 'empty'],
  CommentOnChangeRequest: ['POST', '/api/change-requests/{org}/{id}/comments', 'json', 'empty'],
  ListChangeRequestEvents: ['GET', '/api/change-requests/{org}/{id}/events', 'none', 'json'],
  CreateOpenRequest: ['POST', '/api/esc/environments/{org}/{project}/{env}/open/request', 'json', 'json'],
  GetOpenRequest: ['GET', '/api/esc/environments/{org}/{project}/{env}/open/request/{id}', 'none', 'json'],
  UpdateOpenRequest: ['PUT', '/api/esc/environments/{org}/{project}/{env}/open/request/{id}', 'json', 'json'],
  ListGates: ['GET', '/api/esc/environments/{org}/{project}/{env}/gates', 'none', 'json'],
  PutGates: ['PUT', '/api/esc/environments/{org}/{project}/{env}/gates', 'json', 'json'],
  CheckYaml: ['POST', '/api/esc/environments/{org}/yaml/check', 'yaml', 'json'],
  OpenYaml: ['POST', '/api/esc/environments/{org}/yaml/open', 'yaml', 'json'],
  ReadOpenYaml: ['GET', '/api/esc/environments/{org}/yaml/open/{session}', 'none', 'json'],
  CheckEnvironment: ['POST', '/api/esc/environments/{org}/{project}/{env}/check', 'yaml', 'json'],
  CheckEnvironmentAtVersion: ['POST', '/api/esc/environments/{org}/{project}/{env}/versions/{version}/check', 'none', 'json'],
  OpenEnvironment: ['POST', '/api/esc/environments/{org}/{project}/{env}/open', 'none', 'json'],
  OpenEnvironmentAtVersion: ['POST', '/api/esc/environments/{org}/{project}/{env}/versions/{version}/open', 'none', 'json'],
  ReadOpenEnvironment: ['GET', '/api/esc/environments/{org}/{project}/{env}/open/{session}', 'none', 'json'],
  ListReferrers: ['GET', '/api/esc/environments/{org}/{project}/{env}/referrers', 'none', 'json'],
  ListVersionReferrers: ['GET', '/api/esc/environments/{org}/{project}/{env}/versions/{version}/referrers', 'none', 'json'],
  ListRevisions: ['GET', '/api/esc/environments/{org}/{project}/{env}/versions', 'none', 'json'],
  ListRevisionTags: ['GET', '/api/esc/environments/{org}/{project}/{env}/versions/tags', 'none', 'json'],
  CreateRevisionTag: ['POST', '/api/esc/environments/{org}/{project}/{env}/versions/tags', 'json', 'empty'],
  ReadRevisionTag: ['GET', '/api/esc/environments/{org}/{project}/{env}/versions/tags/{tag}', 'none', 'json'],
  UpdateRevisionTag: ['PATCH', '/api/esc/environments/{org}/{project}/{env}/versions/tags/{tag}', 'json', 'empty'],
  DeleteRevisionTag: ['DELETE', '/api/esc/environments/{org}/{project}/{env}/versions/tags/{tag}', 'none', 'empty'],
  ReadEnvironmentAtVersion: ['GET', '/api/esc/environments/{org}/{project}/{env}/versions/{version}', 'none', 'yaml'],
  DecryptEnvironmentAtVersion: ['GET', '/api/esc/environments/{org}/{project}/{env}/versions/{version}/decrypt', 'none', 'yaml'],
  RetractRevision: ['POST', '/api/esc/environments/{org}/{project}/{env}/versions/{version}/retract', 'json', 'empty'],
  ListTagsOfRevision: ['GET', '/api/esc/environments/{org}/{project}/{env}/versions/{version}/tags', 'none', 'json'],
  RotateEnvironment: ['POST', '/api/esc/environments/{org}/{project}/{env}/rotate', 'json', 'json'],
  ListRotations: ['GET', '/api/esc/environments/{org}/{project}/{env}/rotate/history', 'none', 'json'],
  ListSchedules: ['GET', '/api/esc/environments/{org}/{project}/{env}/schedules', 'none', 'json'],
  CreateSchedule: ['POST', '/api/esc/environments/{org}/{project}/{env}/schedules', 'json', 'json'],
  GetSchedule: ['GET', '/api/esc/environments/{org}/{project}/{env}/schedules/{id}', 'none', 'json'],
  UpdateSchedule: ['PATCH', '/api/esc/environments/{org}/{project}/{env}/schedules/{id}', 'json', 'json'],
  DeleteSchedule: ['DELETE', '/api/esc/environments/{org}/{project}/{env}/schedules/{id}', 'none', 'json'],
  ListScheduleHistory: ['GET', '/api/esc/environments/{org}/{project}/{env}/schedules/{id}/history', 'none', 'json'],
  PauseSchedule: ['POST', '/api/esc/environments/{org}/{project}/{env}/schedules/{id}/pause', 'none', 'json'],
  ResumeSchedule: ['POST', '/api/esc/environments/{org}/{project}/{env}/schedules/{id}/resume', 'none', 'json'],
  ListWebhooks: ['GET', '/api/esc/environments/{org}/{project}/{env}/hooks', 'none', 'json'],
  CreateWebhook: ['POST', '/api/esc/environments/{org}/{project}/{env}/hooks', 'json', 'json'],
  GetWebhook: ['GET', '/api/esc/environments/{org}/{project}/{env}/hooks/{name}', 'none', 'json'],
  UpdateWebhook: ['PATCH', '/api/esc/environments/{org}/{project}/{env}/hooks/{name}', 'json', 'json'],
  DeleteWebhook: ['DELETE', '/api/esc/environments/{org}/{project}/{env}/hooks/{name}', 'none', 'empty'],
  PingWebhook: ['POST', '/api/esc/environments/{org}/{project}/{env}/hooks/{name}/ping', 'none', 'json'],
  ListDeliveries: ['GET', '/api/esc/environments/{org}/{project}/{env}/hooks/{name}/deliveries', 'none', 'json'],
  RedeliverWebhook: ['POST', '/api/esc/environments/{org}/{project}/{env}/hooks/{name}/deliveries/{event}/redeliver', 'none', 'json'],
}

/** A row of the table of operations. */
export type OperationRow = readonly [
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: 'none' | 'json' | 'yaml',
  answer: 'empty' | 'json' | 'yaml' | 'text',
]

/** `Capabilities` of the published document. */
export type ApiCapabilities = { readonly capabilities: readonly ({ readonly capability: string })[] }

/** `Problem` of the published document. */
export type ApiProblem = { readonly code: number; readonly message: string; readonly diagnostics?: readonly (ApiDiagnostic)[] }

/** `Diagnostic` of the published document. */
export type ApiDiagnostic = { readonly range?: ApiRange; readonly summary: string; readonly detail?: string; readonly severity: "error" | "warning"; readonly path?: string }

/** `Range` of the published document. */
export type ApiRange = { readonly environment: string; readonly begin: { readonly line: number; readonly column: number; readonly byte: number }; readonly end: { readonly line: number; readonly column: number; readonly byte: number } }

/** `CliVersion` of the published document. */
export type ApiCliVersion = { readonly latestVersion: string; readonly oldestWithoutWarning: string; readonly latestDevVersion: string }

/** `User` of the published document. */
export type ApiUser = { readonly id: string; readonly githubLogin: string; readonly name: string; readonly email: string; readonly avatarUrl: string; readonly organizations: readonly ({ readonly githubLogin: string; readonly name: string; readonly avatarUrl: string; readonly role: string })[]; readonly identities: readonly (string)[]; readonly siteAdmin: boolean; readonly tokenInfo?: { readonly name: string; readonly organization?: string; readonly team?: string } }

/** `DefaultOrganization` of the published document. */
export type ApiDefaultOrganization = { readonly gitHubLogin: string; readonly messages: readonly (unknown)[] }

/** `ExchangeRequest` of the published document. */
export type ApiExchangeRequest = { readonly grant_type?: string | null; readonly audience?: string | null; readonly subject_token_type?: string | null; readonly subject_token?: string | null; readonly requested_token_type?: string | null; readonly scope?: string | null; readonly device_code?: string | null; readonly client_id?: string | null; readonly expiration?: number | string | null }

/** `ExchangeResponse` of the published document. */
export type ApiExchangeResponse = { readonly access_token: string; readonly issued_token_type?: string; readonly token_type: "token"; readonly expires_in: number; readonly scope: string; readonly refresh_token: "" }

/** `OAuthError` of the published document. */
export type ApiOAuthError = { readonly error: string; readonly error_description: string }

/** `DeviceLoginRequest` of the published document. */
export type ApiDeviceLoginRequest = { readonly client_id: string; readonly scope?: string | null; readonly machine?: string | null }

/** `DeviceLogin` of the published document. */
export type ApiDeviceLogin = { readonly device_code: string; readonly user_code: string; readonly verification_uri: string; readonly verification_uri_complete: string; readonly expires_in: number; readonly interval: number }

/** `SimpleExchangeRequest` of the published document. */
export type ApiSimpleExchangeRequest = { readonly organization: string; readonly token: string }

/** `SimpleExchangeResponse` of the published document. */
export type ApiSimpleExchangeResponse = { readonly access_token: string; readonly expires_in: number }

/** `OidcIssuers` of the published document. */
export type ApiOidcIssuers = { readonly oidcIssuers: readonly (ApiOidcIssuer)[] }

/** `OidcIssuer` of the published document. */
export type ApiOidcIssuer = { readonly id: string; readonly name: string; readonly url: string; readonly issuer: string; readonly created: string; readonly modified: string; readonly thumbprints: readonly (string)[]; readonly maxExpiration: number; readonly jwks?: { readonly keys: readonly (Readonly<Record<string, unknown>>)[] } }

/** `RegisterOidcIssuer` of the published document. */
export type ApiRegisterOidcIssuer = { readonly name: string; readonly url: string; readonly thumbprints?: readonly (string)[]; readonly maxExpiration?: number; readonly jwks?: { readonly keys: readonly (Readonly<Record<string, unknown>>)[] } }

/** `UpdateOidcIssuer` of the published document. */
export type ApiUpdateOidcIssuer = { readonly name?: string; readonly thumbprints?: readonly (string)[]; readonly maxExpiration?: number; readonly jwks?: { readonly keys: readonly (Readonly<Record<string, unknown>>)[] } }

/** `AuthPolicy` of the published document. */
export type ApiAuthPolicy = { readonly id: string; readonly policies: readonly ({ readonly decision: "allow" | "deny"; readonly tokenType: "organization" | "team" | "personal" | "runner"; readonly teamName?: string; readonly userLogin?: string; readonly runnerID?: string; readonly authorizedPermissions: readonly (string)[]; readonly rules: { readonly [name: string]: string } })[] }

/** `UpdateAuthPolicy` of the published document. */
export type ApiUpdateAuthPolicy = { readonly policies: readonly ({ readonly decision: "allow" | "deny"; readonly tokenType: "organization" | "team" | "personal" | "runner"; readonly teamName?: string; readonly userLogin?: string; readonly runnerID?: string; readonly authorizedPermissions?: readonly (string)[]; readonly rules: { readonly [name: string]: string } })[] }

/** `AccessTokens` of the published document. */
export type ApiAccessTokens = { readonly tokens: readonly ({ readonly id: string; readonly name: string; readonly description: string; readonly created: string; readonly expires: string; readonly lastUsed: string; readonly admin: boolean; readonly team?: string; readonly revoked: boolean })[] }

/** `CreateAccessToken` of the published document. */
export type ApiCreateAccessToken = { readonly name?: string | null; readonly description?: string | null; readonly expires?: number | null; readonly admin?: boolean | null; readonly team?: string | null }

/** `CreatedAccessToken` of the published document. */
export type ApiCreatedAccessToken = { readonly id: string; readonly tokenValue: string }

/** `Members` of the published document. */
export type ApiMembers = { readonly members: readonly (ApiMember)[] }

/** `Member` of the published document. */
export type ApiMember = { readonly user: { readonly githubLogin: string; readonly name: string; readonly email: string; readonly avatarUrl: string }; readonly role: string; readonly created: string }

/** `PutMember` of the published document. */
export type ApiPutMember = { readonly role?: "admin" | "member"; readonly name?: string | null; readonly email?: string | null }

/** `MemberResult` of the published document. */
export type ApiMemberResult = { readonly member: ApiMember; readonly tokenValue?: string }

/** `OrganizationSettings` of the published document. */
export type ApiOrganizationSettings = { readonly memberLevel: "none" | "read" | "open" | "write" | "admin"; readonly rotationEnabled: boolean; readonly freshLogin: "off" | "sessions" | "everybody" }

/** `UpdateOrganizationSettings` of the published document. */
export type ApiUpdateOrganizationSettings = { readonly memberLevel?: "none" | "read" | "open" | "write" | "admin"; readonly rotationEnabled?: boolean; readonly freshLogin?: "off" | "sessions" | "everybody" }

/** `AuditLog` of the published document. */
export type ApiAuditLog = { readonly auditLogEvents: readonly ({ readonly timestamp: number; readonly sourceIP: string; readonly event: string; readonly description: string; readonly user: { readonly name: string; readonly githubLogin: string; readonly avatarUrl: string }; readonly tokenID: string; readonly tokenName: string; readonly actorName: string; readonly actorUrn: string; readonly reqOrgAdmin: boolean; readonly reqStackAdmin: boolean; readonly authFailure: boolean })[]; readonly continuationToken?: string }

/** `Grants` of the published document. */
export type ApiGrants = { readonly grants: { readonly [name: string]: "none" | "read" | "open" | "write" | "admin" } }

/** `Teams` of the published document. */
export type ApiTeams = { readonly teams: readonly ({ readonly name: string; readonly members: readonly (string)[] })[] }

/** `CreateTeam` of the published document. */
export type ApiCreateTeam = { readonly name: string }

/** `UpdateTeam` of the published document. */
export type ApiUpdateTeam = { readonly addEnvironmentPermission?: { readonly projectName: string; readonly envName: string; readonly permission: "read" | "open" | "write" | "admin" }; readonly editEnvironmentPermission?: { readonly projectName: string; readonly envName: string; readonly permission: "read" | "open" | "write" | "admin" }; readonly removeEnvironment?: { readonly projectName: string; readonly envName: string }; readonly addMember?: string; readonly removeMember?: string }

/** `Roles` of the published document. */
export type ApiRoles = { readonly roles: readonly (ApiRole)[] }

/** `Role` of the published document. */
export type ApiRole = { readonly name: string; readonly description: string; readonly rules: readonly (ApiRoleRule)[]; readonly organization: readonly ("environment:list_deleted" | "environment:restore_deleted" | "audit_logs:read" | "audit_logs:export" | "oidc_issuers:read")[]; readonly members: readonly (string)[]; readonly teams: readonly (string)[] }

/** `RoleRule` of the published document. */
export type ApiRoleRule = { readonly permissions: readonly ("read" | "open" | "decrypt" | "write" | "rotate" | "share" | "delete")[]; readonly everything?: true; readonly project?: string; readonly name?: string; readonly tag?: { readonly name: string; readonly value?: string } }

/** `PutRole` of the published document. */
export type ApiPutRole = { readonly description?: string; readonly rules?: readonly (ApiRoleRule)[]; readonly organization?: readonly ("environment:list_deleted" | "environment:restore_deleted" | "audit_logs:read" | "audit_logs:export" | "oidc_issuers:read")[]; readonly members?: readonly (string)[]; readonly teams?: readonly (string)[] }

/** `AuditCheckpoint` of the published document. */
export type ApiAuditCheckpoint = { readonly organizationId: string; readonly sequence: number; readonly hash: string; readonly at: string; readonly publicKey: string; readonly signature: string }

/** `SigningKeys` of the published document. */
export type ApiSigningKeys = { readonly keys: readonly ({ readonly issuer: "v1" | "v2"; readonly kid: string; readonly state: "pending" | "active" | "retired"; readonly published: string; readonly activated: string; readonly retired: string })[] }

/** `DataKeyStatus` of the published document. */
export type ApiDataKeyStatus = { readonly keyId: string; readonly dataKeys: number; readonly retired: number; readonly underOldKeys: number; readonly rotation?: { readonly started: string; readonly finished: string; readonly environments: number; readonly done: number; readonly values: number; readonly failed: readonly (string)[]; readonly destroyed: number } }

/** `VerifiedSeals` of the published document. */
export type ApiVerifiedSeals = { readonly good: number; readonly bad: readonly (string)[]; readonly underRetiredKeys: number; readonly underOldKeys: number }

/** `Providers` of the published document. */
export type ApiProviders = { readonly providers: readonly (string)[] }

/** `ProviderSchema` of the published document. */
export type ApiProviderSchema = { readonly name: string; readonly description: string; readonly inputs: boolean | Readonly<Record<string, unknown>>; readonly outputs: boolean | Readonly<Record<string, unknown>> }

/** `Rotators` of the published document. */
export type ApiRotators = { readonly rotators: readonly (string)[] }

/** `RotatorSchema` of the published document. */
export type ApiRotatorSchema = { readonly name: string; readonly description: string; readonly inputs: boolean | Readonly<Record<string, unknown>>; readonly state: boolean | Readonly<Record<string, unknown>>; readonly outputs: boolean | Readonly<Record<string, unknown>> }

/** `TagValues` of the published document. */
export type ApiTagValues = { readonly [name: string]: readonly (string)[] }

/** `ListEnvironmentTags` of the published document. */
export type ApiListEnvironmentTags = { readonly tags: { readonly [name: string]: ApiEnvironmentTag }; readonly nextToken: string }

/** `EnvironmentTag` of the published document. */
export type ApiEnvironmentTag = { readonly name: string; readonly value: string; readonly created: string; readonly modified: string; readonly editorLogin: string; readonly editorName: string }

/** `CreateEnvironmentTag` of the published document. */
export type ApiCreateEnvironmentTag = { readonly name: string; readonly value: string }

/** `UpdateEnvironmentTag` of the published document. */
export type ApiUpdateEnvironmentTag = { readonly currentTag?: { readonly name?: string | null; readonly value?: string | null } | null; readonly newTag?: { readonly name?: string | null; readonly value?: string | null } | null }

/** `OrgEnvironments` of the published document. */
export type ApiOrgEnvironments = { readonly environments: readonly (ApiOrgEnvironment)[]; readonly nextToken?: string }

/** `OrgEnvironment` of the published document. */
export type ApiOrgEnvironment = { readonly id: string; readonly organization: string; readonly project: string; readonly name: string; readonly created: string; readonly modified: string; readonly tags: { readonly [name: string]: string }; readonly settings: { readonly deletionProtected: boolean }; readonly ownedBy: ApiUserInfo; readonly referrerMetadata?: { readonly environmentReferrerCount: number; readonly stackReferrerCount: number; readonly insightsAccountReferrerCount: number } }

/** `UserInfo` of the published document. */
export type ApiUserInfo = { readonly githubLogin: string; readonly name: string; readonly avatarUrl: string }

/** `CreateEnvironment` of the published document. */
export type ApiCreateEnvironment = { readonly project?: string | null; readonly name: string }

/** `DeletedEnvironments` of the published document. */
export type ApiDeletedEnvironments = { readonly environments: readonly ({ readonly id: string; readonly organization: string; readonly project: string; readonly name: string; readonly deletedAt: string })[] }

/** `RestoreEnvironment` of the published document. */
export type ApiRestoreEnvironment = { readonly project?: string | null; readonly name: string }

/** `Warnings` of the published document. */
export type ApiWarnings = { readonly diagnostics?: readonly (ApiDiagnostic)[] }

/** `CloneEnvironment` of the published document. */
export type ApiCloneEnvironment = { readonly project?: string | null; readonly name: string; readonly version?: number | null; readonly preserveHistory?: boolean | null; readonly preserveAccess?: boolean | null; readonly preserveEnvironmentTags?: boolean | null; readonly preserveRevisionTags?: boolean | null }

/** `EnvironmentMetadata` of the published document. */
export type ApiEnvironmentMetadata = { readonly id: string; readonly ownedBy: ApiUserInfo; readonly gatedActions: readonly ("update" | "open")[]; readonly openRequestNeeded: boolean; readonly activeChangeRequest?: { readonly changeRequestId: string; readonly latestRevisionNumber: number }; readonly oidcSubjectV2: string }

/** `ChangeOwner` of the published document. */
export type ApiChangeOwner = { readonly owner: string }

/** `EnvironmentSettings` of the published document. */
export type ApiEnvironmentSettings = { readonly deletionProtected: boolean }

/** `UpdateEnvironmentSettings` of the published document. */
export type ApiUpdateEnvironmentSettings = { readonly deletionProtected?: boolean | null }

/** `ChangeRequestRef` of the published document. */
export type ApiChangeRequestRef = { readonly changeRequestId: string; readonly latestRevisionNumber: number; readonly diagnostics?: readonly (ApiDiagnostic)[] }

/** `OpenEnvironment` of the published document. */
export type ApiOpenEnvironment = { readonly id: string; readonly environment?: ApiEnvironment; readonly diagnostics?: readonly (ApiDiagnostic)[] }

/** `Environment` of the published document. */
export type ApiEnvironment = { readonly exprs?: { readonly [name: string]: ApiExpr }; readonly properties?: { readonly [name: string]: ApiValue }; readonly schema?: boolean | Readonly<Record<string, unknown>>; readonly executionContext?: { readonly properties?: { readonly [name: string]: ApiValue }; readonly schema?: boolean | Readonly<Record<string, unknown>> } }

/** `Expr` of the published document. */
export type ApiExpr = { readonly range: ApiRange; readonly schema?: boolean | Readonly<Record<string, unknown>> }

/** `Value` of the published document. */
export type ApiValue = { readonly value: null | boolean | number | string | readonly (ApiValue)[] | { readonly [name: string]: ApiValue }; readonly secret?: true; readonly unknown?: true; readonly trace: { readonly def: ApiRange; readonly base?: ApiValue } }

/** `Plaintexts` of the published document. */
export type ApiPlaintexts = { readonly plaintexts: readonly (string)[] }

/** `Ciphertexts` of the published document. */
export type ApiCiphertexts = { readonly ciphertexts: readonly (string)[] }

/** `ChangeRequests` of the published document. */
export type ApiChangeRequests = { readonly changeRequests: readonly (ApiChangeRequest)[]; readonly continuationToken?: string }

/** `ChangeRequest` of the published document. */
export type ApiChangeRequest = { readonly id: string; readonly orgID: string; readonly action: "update" | "open"; readonly status: string; readonly description: string; readonly createdAt: string; readonly createdBy: { readonly githubLogin: string; readonly name: string; readonly avatarUrl: string }; readonly entity: { readonly entityType: "environment"; readonly project: string; readonly name: string }; readonly latestRevisionNumber: number }

/** `ChangeRequestDetail` of the published document. */
export type ApiChangeRequestDetail = { readonly id: string; readonly orgID: string; readonly action: "update" | "open"; readonly status: string; readonly description: string; readonly createdAt: string; readonly createdBy: { readonly githubLogin: string; readonly name: string; readonly avatarUrl: string }; readonly entity: { readonly entityType: "environment"; readonly project: string; readonly name: string }; readonly latestRevisionNumber: number; readonly gateEvaluation: { readonly satisfied: boolean; readonly applicableGates: readonly ({ readonly id: string; readonly name: string; readonly satisfied: boolean; readonly ruleDetails: Readonly<Record<string, unknown>> })[] } }

/** `UpdateChangeRequest` of the published document. */
export type ApiUpdateChangeRequest = { readonly description: string }

/** `SubmitChangeRequest` of the published document. */
export type ApiSubmitChangeRequest = { readonly description?: string | null }

/** `ApproveChangeRequest` of the published document. */
export type ApiApproveChangeRequest = { readonly revisionNumber: number; readonly comment?: string | null }

/** `OptionalComment` of the published document. */
export type ApiOptionalComment = { readonly comment?: string | null }

/** `AppliedChangeRequest` of the published document. */
export type ApiAppliedChangeRequest = { readonly entityUrl: string; readonly message?: string }

/** `Comment` of the published document. */
export type ApiComment = { readonly comment: string }

/** `ChangeRequestEvents` of the published document. */
export type ApiChangeRequestEvents = { readonly events: readonly ({ readonly type: string; readonly createdAt: string; readonly createdBy: { readonly githubLogin: string; readonly name: string; readonly avatarUrl: string } })[]; readonly continuationToken?: string }

/** `CreateOpenRequest` of the published document. */
export type ApiCreateOpenRequest = { readonly grantExpirationSeconds?: number; readonly accessDurationSeconds?: number }

/** `OpenRequests` of the published document. */
export type ApiOpenRequests = { readonly changeRequests: readonly ({ readonly projectName: string; readonly environmentName: string; readonly changeRequestId: string; readonly latestRevisionNumber: number; readonly etag: string })[] }

/** `OpenRequest` of the published document. */
export type ApiOpenRequest = { readonly id: string; readonly status: string; readonly grantExpirationSeconds: number; readonly accessDurationSeconds: number; readonly createdAt: string; readonly createdBy: { readonly githubLogin: string; readonly name: string; readonly avatarUrl: string }; readonly accessUntil?: string }

/** `Gates` of the published document. */
export type ApiGates = { readonly gates: readonly ({ readonly id: string; readonly name: string; readonly enabled: boolean; readonly action: "update" | "open"; readonly approvals: number; readonly selfApproval: boolean })[] }

/** `PutGates` of the published document. */
export type ApiPutGates = { readonly gates: readonly ({ readonly name: string; readonly enabled?: boolean; readonly action: "update" | "open"; readonly approvals?: number; readonly selfApproval?: boolean })[] }

/** `CheckEnvironment` of the published document. */
export type ApiCheckEnvironment = { readonly exprs?: { readonly [name: string]: ApiExpr }; readonly properties?: { readonly [name: string]: ApiValue }; readonly schema?: boolean | Readonly<Record<string, unknown>>; readonly executionContext?: { readonly properties?: { readonly [name: string]: ApiValue }; readonly schema?: boolean | Readonly<Record<string, unknown>> }; readonly diagnostics?: readonly (ApiDiagnostic)[] }

/** `Referrers` of the published document. */
export type ApiReferrers = { readonly referrers: { readonly [name: string]: readonly (ApiReferrer)[] }; readonly continuationToken?: string }

/** `Referrer` of the published document. */
export type ApiReferrer = { readonly environment: { readonly project: string; readonly name: string; readonly revision: number } }

/** `VersionReferrers` of the published document. */
export type ApiVersionReferrers = { readonly referrers: readonly (ApiReferrer)[]; readonly nextToken?: string }

/** `EnvironmentRevision` of the published document. */
export type ApiEnvironmentRevision = { readonly number: number; readonly created: string; readonly creatorLogin: string; readonly creatorName: string; readonly tags: readonly (string)[]; readonly retracted?: { readonly replacement: number; readonly at: string; readonly byLogin: string; readonly byName: string; readonly reason?: string }; readonly sourceChangeRequest?: { readonly id: string; readonly description: string } }

/** `EnvironmentRevisionTags` of the published document. */
export type ApiEnvironmentRevisionTags = { readonly tags: readonly (ApiEnvironmentRevisionTag)[]; readonly nextToken: string }

/** `EnvironmentRevisionTag` of the published document. */
export type ApiEnvironmentRevisionTag = { readonly name: string; readonly revision: number; readonly created: string; readonly modified: string; readonly editorLogin: string; readonly editorName: string }

/** `CreateEnvironmentRevisionTag` of the published document. */
export type ApiCreateEnvironmentRevisionTag = { readonly name: string; readonly revision?: number | null }

/** `UpdateEnvironmentRevisionTag` of the published document. */
export type ApiUpdateEnvironmentRevisionTag = { readonly revision?: number | null }

/** `RetractEnvironmentRevision` of the published document. */
export type ApiRetractEnvironmentRevision = { readonly replacement?: number | null; readonly reason?: string | null }

/** `RotateEnvironmentRequest` of the published document. */
export type ApiRotateEnvironmentRequest = Readonly<Record<string, unknown>>

/** `RotateEnvironmentResponse` of the published document. */
export type ApiRotateEnvironmentResponse = { readonly id: string; readonly secretRotationEvent: ApiSecretRotationEvent }

/** `SecretRotationEvent` of the published document. */
export type ApiSecretRotationEvent = { readonly id: string; readonly environmentId: string; readonly created: string; readonly preRotationRevision: number; readonly postRotationRevision?: number; readonly userID: string; readonly completed?: string; readonly status: "succeeded" | "failed" | "in_progress"; readonly scheduledActionID?: string; readonly errorMessage?: string; readonly rotations: readonly ({ readonly id: string; readonly environmentPath: string; readonly status: "succeeded" | "failed"; readonly errorMessage?: string })[] }

/** `RotationHistory` of the published document. */
export type ApiRotationHistory = { readonly events: readonly (ApiSecretRotationEvent)[] }

/** `Schedules` of the published document. */
export type ApiSchedules = { readonly schedules: readonly (ApiScheduledAction)[] }

/** `ScheduledAction` of the published document. */
export type ApiScheduledAction = { readonly id: string; readonly orgID: string; readonly kind: string; readonly paused: boolean; readonly created: string; readonly modified: string; readonly lastExecuted: string; readonly nextExecution: string; readonly definition: { readonly environmentPath: string }; readonly scheduleCron?: string; readonly scheduleOnce?: string }

/** `ScheduleRequest` of the published document. */
export type ApiScheduleRequest = { readonly scheduleCron?: string | null; readonly scheduleOnce?: string | null; readonly secretRotationRequest?: { readonly environmentPath?: string | null } | null }

/** `ScheduleHistory` of the published document. */
export type ApiScheduleHistory = { readonly scheduleHistoryEvents: readonly ({ readonly id: string; readonly scheduledActionID: string; readonly executed: string; readonly version: number; readonly result: string })[] }

/** `Webhook` of the published document. */
export type ApiWebhook = { readonly active: boolean; readonly displayName: string; readonly name: string; readonly organizationName: string; readonly projectName: string; readonly envName: string; readonly payloadUrl: string; readonly filters: readonly (string)[]; readonly groups: readonly (string)[]; readonly format: string; readonly hasSecret: boolean }

/** `WebhookRequest` of the published document. */
export type ApiWebhookRequest = { readonly active?: boolean | null; readonly displayName?: string | null; readonly payloadUrl?: string | null; readonly filters?: readonly (string)[] | null; readonly groups?: readonly (string)[] | null; readonly format?: string | null; readonly secret?: string | null; readonly name?: string | null; readonly organizationName?: string | null; readonly projectName?: string | null; readonly envName?: string | null }

/** `WebhookDelivery` of the published document. */
export type ApiWebhookDelivery = { readonly id: string; readonly kind: string; readonly timestamp: number; readonly duration: number; readonly payload: string; readonly requestUrl: string; readonly requestHeaders: string; readonly responseCode: number; readonly responseHeaders: string; readonly responseBody: string }
