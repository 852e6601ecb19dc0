package mail_test

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"watercooler/app/mail"
)

// server is an SMTP server on the loopback that takes one letter at a time and speaks no TLS.
func server(t *testing.T) (port int, letters <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got := make(chan string, 4)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			talk(conn, got)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, got
}

func talk(conn net.Conn, got chan<- string) {
	defer func() { _ = conn.Close() }()
	say := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
	say("220 test")
	lines := bufio.NewScanner(conn)
	var body strings.Builder
	data := false
	for lines.Scan() {
		line := lines.Text()
		switch {
		case data && line == ".":
			data = false
			got <- body.String()
			body.Reset()
			say("250 taken")
		case data:
			body.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
		case strings.HasPrefix(line, "EHLO"):
			say("250-test")
			say("250 8BITMIME")
		case line == "DATA":
			data = true
			say("354 go on")
		case line == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestSend(t *testing.T) {
	port, letters := server(t)
	s, err := mail.NewSMTP(mail.Config{Host: "127.0.0.1", Port: port, From: "Watercooler <hub@tamarshire.example>", TLS: "none"})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Send(t.Context(), mail.Letter{
		To: "Siân Rees <sian@tamarshire.example>", Subject: "Ateb i'ch cwestiwn – reply", Text: "Hello\n.\nBye", HTML: "<p>Hello</p>",
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := netmail.ReadMessage(strings.NewReader(<-letters))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "Ateb i'ch cwestiwn – reply" {
		t.Errorf("subject: got %q, %v", subject, err)
	}
	if from := m.Header.Get("From"); !strings.Contains(from, "hub@tamarshire.example") {
		t.Errorf("from: got %q", from)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type: got %q, %v", kind, err)
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextPart()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(part)
	if err != nil || strings.ReplaceAll(strings.TrimSpace(string(text)), "\r", "") != "Hello\n.\nBye" {
		t.Errorf("text: got %q, %v", text, err)
	}
}

func TestSendNamesTheWayOut(t *testing.T) {
	port, letters := server(t)
	s, err := mail.NewSMTP(mail.Config{Host: "127.0.0.1", Port: port, From: "hub@tamarshire.example", TLS: "none"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, out, list, click string }{
		{"none", "", "", ""},
		{"a secret address", "https://hub.example/blog/readers/" + strings.Repeat("x", 43), "<https://hub.example/blog/readers/" + strings.Repeat("x", 43) + ">", "List-Unsubscribe=One-Click"},
		{"a hub without https", "http://hub.example/x", "<http://hub.example/x>", ""},
	} {
		if err := s.Send(t.Context(), mail.Letter{To: "a@b.example", Subject: "x", Text: "y", Unsubscribe: tc.out}); err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(strings.NewReader(<-letters))
		if err != nil {
			t.Fatal(err)
		}
		if list, click := m.Header.Get("List-Unsubscribe"), m.Header.Get("List-Unsubscribe-Post"); list != tc.list || click != tc.click {
			t.Errorf("%s: got %q and %q", tc.name, list, click)
		}
	}
}

func TestSendRefuses(t *testing.T) {
	s, err := mail.NewSMTP(mail.Config{Host: "127.0.0.1", Port: 1, From: "hub@tamarshire.example", TLS: "none", Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		letter mail.Letter
	}{
		{"line break in the subject", mail.Letter{To: "a@b.example", Subject: "x\r\nBcc: c@d.example", Text: "y"}},
		{"line break in the recipient", mail.Letter{To: "a@b.example\nBcc: c@d.example", Subject: "x", Text: "y"}},
		{"two recipients", mail.Letter{To: "a@b.example, c@d.example", Subject: "x", Text: "y"}},
		{"no recipient", mail.Letter{Subject: "x", Text: "y"}},
		{"line break in the way out", mail.Letter{To: "a@b.example", Subject: "x", Text: "y", Unsubscribe: "https://h.example/x\r\nBcc: c@d.example"}},
		{"two ways out", mail.Letter{To: "a@b.example", Subject: "x", Text: "y", Unsubscribe: "https://h.example/x>, <https://h.example/y"}},
		{"no text", mail.Letter{To: "a@b.example", Subject: "x"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := s.Send(t.Context(), tc.letter); !errors.Is(err, mail.ErrLetter) {
				t.Errorf("got %v, want ErrLetter", err)
			}
		})
	}
	if err := s.Send(t.Context(), mail.Letter{To: "a@b.example", Subject: "x", Text: "y"}); err == nil || errors.Is(err, mail.ErrLetter) {
		t.Errorf("no server: got %v, want an error worth another try", err)
	}
}

func TestTLSIsNotOptional(t *testing.T) {
	port, letters := server(t)
	s, err := mail.NewSMTP(mail.Config{Host: "127.0.0.1", Port: port, From: "hub@tamarshire.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), mail.Letter{To: "a@b.example", Subject: "x", Text: "secret"}); err == nil {
		t.Errorf("a server without STARTTLS got %q", <-letters)
	}
}

func TestNewSMTPRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  mail.Config
	}{
		{"no host", mail.Config{From: "a@b.example"}},
		{"no sender", mail.Config{Host: "x"}},
		{"unknown tls", mail.Config{Host: "x", From: "a@b.example", TLS: "maybe"}},
	} {
		if _, err := mail.NewSMTP(tc.cfg); err == nil {
			t.Errorf("%s: accepted", tc.name)
		}
	}
}
