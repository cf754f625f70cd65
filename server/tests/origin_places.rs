//! A node with few connections to origins: what is slow, switched or kept leaves some to other origins.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]
#![allow(clippy::disallowed_methods, reason = "a test that hangs has to end")]

mod door;
mod process;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use door::frames::{DATA, END_HEADERS, END_STREAM, HEADERS, begin, block, frame, read};
use door::host::TestHost;
use door::origin::Origin;
use door::start_with;
use door::tls::{Stream, connect, file, server_config};
use process::{ADMIN, Folder, Node, limited};
use serde_json::json;

/// A limit of open files that leaves 21 connections to clients, and 42 to origins.
const LIMIT: &str = "ulimit -n 192";
const MOST: usize = 42;

/// How long it may take until a node knows that a connection has ended.
const MOST_TIME: Duration = Duration::from_secs(20);

/// A node with that limit, and a route `/{name}/…` to each origin.
fn start(folder: &Folder, origins: &[(String, SocketAddr)]) -> Node {
    let mut command = Node::command(folder);
    command.env("TLS_CERTIFICATE", file("first.pem")).env("TLS_KEY", file("first.key"));
    let node = Node::spawn(limited(LIMIT, &command).stdout(Stdio::piped()));
    let urls: BTreeMap<_, _> =
        origins.iter().map(|(name, at)| (name, json!({ "url": format!("http://{at}") }))).collect();
    let route = |name| json!({ "path": format!("/{name}/{{*rest}}"), "origin": name, "public": true });
    let routes: Vec<_> = origins.iter().map(|(name, _)| route(name)).collect();
    let body = json!({ "origins": urls, "routes": routes }).to_string();
    let mut stream = connect(node.address, &["http/1.1"]);
    let put = format!(
        "PUT /project-management-service/v1/gateway HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ADMIN}\r\n\
         Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(put.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    node
}

fn connect_http2(address: SocketAddr) -> Stream {
    let mut stream = connect(address, &["h2"]);
    begin(&mut stream);
    stream
}

/// Sends a request by HTTP/2.
fn ask(stream: &mut Stream, id: u32, path: &str) {
    let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", path)];
    stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, id, &block(fields))).unwrap();
}

/// The next answer: its request, and whether it is the origin's. It is the gateway's own if not.
fn answer(stream: &mut Stream) -> (u32, bool) {
    loop {
        let frame = read(stream).unwrap().unwrap();
        if frame.kind != DATA || frame.payload.is_empty() {
            continue;
        }
        let text = String::from_utf8_lossy(&frame.payload);
        let is_own = text.contains("\"status\":502,\"code\":\"origin_unreachable\"");
        assert!(is_own || text == "ok", "{text}");
        return (frame.stream, !is_own);
    }
}

/// The most requests of a connection at once, but for one.
const MANY: usize = 99;

/// Sends many requests that are not answered, then one that is. How many of them were refused before.
fn refused(stream: &mut Stream, path: &str) -> usize {
    let last = u32::try_from(2 * MANY + 1).unwrap();
    for id in (1..last).step_by(2) {
        ask(stream, id, path);
    }
    ask(stream, last, "/good/x");
    let mut count = 0;
    loop {
        match answer(stream) {
            (_, false) => count += 1,
            (id, true) => {
                assert_eq!(id, last);
                return count;
            }
        }
    }
}

#[test]
fn slow_origins_leave_connections_to_others() {
    let folder = Folder::new("slow-origins");
    let [slow, other, good] = [(); 3].map(|()| Origin::start());
    let named = [("slow", &slow), ("other", &other), ("good", &good)];
    let mut node = start(&folder, &named.map(|(name, origin)| (name.to_owned(), origin.address)));
    let log = BufReader::new(node.log());
    let log = thread::spawn(move || log.lines().map_while(Result::ok).collect::<Vec<_>>());

    let mut clients = [(); 3].map(|()| connect_http2(node.address));
    let [first, second, third] = &mut clients;
    assert_eq!(refused(first, "/slow/never"), MANY - MOST / 2, "one origin has half");
    assert_eq!(refused(second, "/other/never"), MANY - 11, "another one has half of what is left, and one");
    assert_eq!(refused(third, "/slow/never"), MANY);
    drop(clients);

    let began = Instant::now();
    while refused(&mut connect_http2(node.address), "/slow/never") > MANY - MOST / 2 {
        assert!(began.elapsed() < MOST_TIME, "the connections did not come back");
    }
    node.kill();
    let lines = log.join().unwrap();
    let failed: Vec<_> = lines.iter().filter(|line| line.contains("origin_failed")).collect();
    assert_eq!(failed.len(), 1, "it is said once in a while: {failed:?}");
    assert!(
        failed.iter().all(|line| line.contains("no connection is free for it: of the 42 ")),
        "{failed:?}"
    );
}

/// More origins than there are files, each of which serves its connections one after another.
const ORIGINS: usize = 200;

#[test]
fn kept_connections_give_way_the_oldest_first() {
    let folder = Folder::new("kept-connections");
    let opened = Arc::new(AtomicUsize::default());
    let origins: Vec<_> = (0..ORIGINS).map(|index| (format!("o{index}"), counting_origin(&opened))).collect();
    let mut node = start(&folder, &origins);
    let log = BufReader::new(node.log());
    thread::spawn(move || log.lines().map_while(Result::ok).for_each(drop));
    let mut stream = connect_http2(node.address);
    let mut next = 1;
    let mut expect = |index: usize, expected: usize| {
        ask(&mut stream, next, &format!("/o{index}/x"));
        assert_eq!(answer(&mut stream), (next, true), "{index}");
        assert_eq!(opened.load(Ordering::Relaxed), expected, "{index}");
        next += 2;
    };
    for index in 0..ORIGINS {
        expect(index, index + 1);
    }
    for index in ORIGINS - MOST..ORIGINS {
        expect(index, ORIGINS);
    }
    expect(0, ORIGINS + 1);
    expect(ORIGINS - MOST + 1, ORIGINS + 1);
    expect(ORIGINS - MOST, ORIGINS + 2);
}

/// An origin whose connections are counted.
fn counting_origin(opened: &Arc<AtomicUsize>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let opened = opened.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            opened.fetch_add(1, Ordering::Relaxed);
            serve(stream);
        }
    });
    address
}

/// Answers what comes on a connection.
fn serve(mut stream: TcpStream) {
    while stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {
        let _the_proxy_may_be_gone = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
}

#[test]
fn a_tunnel_has_its_place_until_it_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let routes = json!({
        "origins": { "origin": { "url": format!("http://{}", listener.local_addr().unwrap()) } },
        "routes": [{ "path": "/public/{*rest}", "origin": "origin", "public": true }],
    });
    // 6 connections to origins, 3 of them to one.
    let proxy = start_with(TestHost::with_tls(routes.to_string(), "", Some(server_config())), 3);
    let mut tunnels = Vec::new();
    for _ in 0..2 {
        let mut client = connect(proxy.address, &["http/1.1"]);
        let request =
            "GET /public/x HTTP/1.1\r\nHost: g\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
        client.write_all(request.as_bytes()).unwrap();
        let (mut origin, _) = listener.accept().unwrap();
        let _head = origin.read(&mut [0; 4096]).unwrap();
        let switched =
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nhi";
        origin.write_all(switched).unwrap();
        let mut said = Vec::new();
        while !said.ends_with(b"\r\n\r\nhi") {
            let mut byte = [0];
            client.read_exact(&mut byte).unwrap();
            said.extend(byte);
        }
        tunnels.push((client, origin));
    }
    let mut stream = connect_http2(proxy.address);
    ask(&mut stream, 1, "/public/never");
    let _unanswered = listener.accept().unwrap();
    ask(&mut stream, 3, "/public/x");
    assert_eq!(answer(&mut stream), (3, false));

    tunnels.pop();
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    let began = Instant::now();
    loop {
        // The client takes no more than fits into the window of one connection.
        let mut again = connect_http2(proxy.address);
        ask(&mut again, 1, "/public/x");
        if answer(&mut again) == (1, true) {
            break;
        }
        assert!(began.elapsed() < MOST_TIME, "the place did not come back");
    }
}
