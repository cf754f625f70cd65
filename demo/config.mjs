// The configuration of the demo: its routes, and a project with two ways to recognise callers.

/** The routes document. */
export function gateway(originUrl) {
  return {
    origins: { insights: { url: originUrl } },
    routes: [
      {
        path: "/data-recorder-service/v2/{project}/{*rest}",
        origin: "insights",
        access: { GET: ["access"], POST: ["data_provider"], "*": ["admin"] },
      },
      { path: "/app/{project}/{*rest}", origin: "insights", session: true, access: { "*": ["access"] } },
      { path: "/public/{*rest}", origin: "insights", public: true },
    ],
  };
}

/** The identity providers of the project `demo`, in order. */
export function idps(issuer) {
  return [
    {
      id: "apps",
      iss: issuer,
      label: { en: "Apps, whose roles are in their tokens" },
      idClaim: "sub",
      azpClaim: "client_id",
      allowedAzp: ["demo-app", "demo-guest", "demo-owner"],
      roleDetection: "CLAIM",
      rolesClaim: "roles",
      roleTemplate: "{project}.{roleName}",
      allowedRoles: ["access", "data_provider", "visitor", "owner"],
    },
    {
      id: "devices",
      iss: issuer,
      label: { en: "Devices, whose role is defined here" },
      idClaim: "sub",
      azpClaim: "client_id",
      allowedAzp: ["demo-device"],
      roleDetection: "DEFINED",
      definedRoles: ["data_provider"],
    },
  ];
}
