//! A client's request.

use edge_authorizer::NumericDate;

/// A client's request without its body.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: String,
    /// Its path, nothing resolved.
    pub path: String,
    /// Its query, without the `?`.
    pub query: String,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The address of the client, where the host knows it.
    pub address: Option<String>,
    /// Its id, by which its log line is found.
    pub id: String,
    /// When it came.
    pub received: NumericDate,
}

impl Request {
    /// The value of a header, several of the name joined by commas.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> =
            self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The parameters of the query.
    pub fn parameters(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.query.as_bytes())
    }

    /// The value of a parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Whether a parameter of the query is `true`.
    pub fn is_set(&self, name: &str) -> bool {
        self.parameter(name).as_deref() == Some("true")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(query: &str, headers: &[(&str, &str)]) -> Request {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let received = NumericDate::from_seconds(0.0);
        let [method, path, id] = ["GET", "/", "id"].map(str::to_owned);
        Request { method, path, query: query.to_owned(), headers, address: None, id, received }
    }

    #[test]
    fn several_headers_of_a_name_are_one() {
        let request = request("", &[("a", "1"), ("b", "2"), ("a", "3")]);
        assert_eq!(request.header("a").as_deref(), Some("1, 3"));
        assert_eq!(request.header("c"), None);
    }

    #[test]
    fn the_first_parameter_of_a_name_is_taken() {
        let request = request("dryRun=true&dryRun=false&%61fter=x+y", &[]);
        assert!(request.is_set("dryRun") && !request.is_set("force"));
        assert_eq!(request.parameter("after").as_deref(), Some("x y"));
    }
}
