/**
 * What stands where in the reference: the packages, what comes first on their pages, and which options have a table. A
 * name that is not listed here finds its place by itself.
 */

export const packages = [
  {
    name: "client",
    title: "Client",
    about:
      "`connect` and the socket that it gives, for browsers, workers and Node. Pages without a bundler take the file behind `@wireway/client/bundle` (a module) or `@wireway/client/bundle/iife` (a script that makes the global `wireway`).",
    first: ["connect", "Socket", "SocketEvents", "ConnectionInfo", "Attempt"],
  },
  {
    name: "server",
    title: "Server",
    about: "`Server`, its namespaces, sockets, rooms and broadcasts, for Node.",
    first: [
      "Server",
      "ServerEvents",
      "Namespace",
      "NamespaceEvents",
      "ParentNamespace",
      "Socket",
      "SocketEvents",
      "BroadcastOperators",
      "Broadcast",
      "RemoteSocket",
      "SocketHandshake",
      "Handshake",
      "Authenticate",
      "Identity",
      "Middleware",
      "HttpMiddleware",
      "Adapter",
      "MemoryHub",
      "subscribeDiagnostics",
      "DiagnosticMessages",
    ],
  },
  {
    name: "testkit",
    title: "Testkit",
    about: "What tests of an application, a transport or an adapter are made of.",
    first: [
      "createProxy",
      "HostileProxy",
      "Weather",
      "FakeClock",
      "Random",
      "transportConformance",
      "adapterConformance",
      "eventConformance",
      "simulate",
    ],
  },
  {
    name: "doctor",
    title: "Doctor",
    about: "The examination of a server as a library; [the guide](../guide/doctor.md) tells of the command.",
    first: ["examine", "ExamineOptions", "Report", "Finding"],
  },
];

/** Options stand on one page, whichever package they are of: of whole ends first, then of single calls. */
export const optionTables = {
  ConnectOptions: [
    "Client",
    "`connect(url, options)`. The options of the first socket of a server hold for all sockets that share its session. How large a message to the server may be is the server's to decide: its `maxMessageBytes` is told with the first answer.",
  ],
  ServerOptions: [
    "Server",
    "`new Server(options)`. Read once, never changed after. An option that is not known is refused. The six from `pingIntervalMs` to `maxBodyBytes` are the session's [terms](terms.md); the client gets them from the server.",
  ],
  CloseOptions: [
    "Closing",
    "`server.close(options)`; see [deploying](../guide/deploying.md). A value out of its bounds rejects with `invalid_option`, and nothing is closed.",
  ],
  NamespaceOptions: ["Namespaces", "`server.of(name, options)`."],
  EmitOptions: ["Emitting", "`socket.with(options)`, and `with` of a server, a namespace and a broadcast."],
  ListenOptions: ["Listening", "`socket.on(event, handler, options)`, and `once`."],
  EventsOptions: ["Iterating", "`socket.events(name, options)`."],
  RefusalOptions: ["Refusing", "`new Refusal(reason, options)`."],
};

/** Names of the protocol's that have a page of their own. */
export const ownPage = { WirewayError: "errors.md", ErrorCode: "errors.md", CloseReason: "close-codes.md" };
