//! A port at which nobody listens, and at which nobody else begins to while a test counts on that.

use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpSocket;

/// Refuses connections until it is dropped.
#[derive(Debug)]
pub struct ClosedPort(TcpSocket);

impl ClosedPort {
    /// Any port that is free.
    pub fn take() -> Self {
        let socket = TcpSocket::new_v4().expect("this machine has sockets");
        // Bound and not listening: a port that is given back can be another test's a moment later.
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        Self(socket)
    }

    /// Where nobody is.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("has an address"))
    }
}
