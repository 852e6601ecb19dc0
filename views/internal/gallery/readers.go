package gallery

import (
	"watercooler/views/parts"
	"watercooler/views/readers"
)

func (g *shelf) readers() {
	blog := parts.Link{Text: "Library systems", Path: "/blog/library-systems"}
	g.add("letters-ask", readers.Ask(readers.AskPage{Chrome: g.stranger("Get posts by e-mail", ""), Blog: blog, Action: "/blog/library-systems/readers", Email: "una", Problems: parts.Problems{{Name: "email", Text: "Write an e-mail address, like name@example.org."}}}))
	g.add("letters-ask-empty", readers.Ask(readers.AskPage{Chrome: g.stranger("Get posts by e-mail", ""), Blog: blog, Action: "/blog/library-systems/readers"}))
	g.add("letters-reader", readers.Reader(readers.ReaderPage{Chrome: g.stranger("Letters from Library systems", ""), Blog: blog, Email: "una@example.org", Action: "/blog/readers/secret", Confirmed: true}))
	g.add("letters-reader-empty", readers.Reader(readers.ReaderPage{Chrome: g.stranger("Letters from a blog", ""), Blog: parts.Link{Text: "this blog"}, Email: "una@example.org", Action: "/blog/readers/secret"}))
	g.add("letters-done", readers.Done(readers.DonePage{Chrome: g.stranger("The letters stop", ""), Heading: "The letters stop", Text: "You get no more posts of this blog by e-mail.", Next: parts.Link{Text: "To the blogs", Path: "/blogs"}}))
	g.add("letters-done-empty", readers.Done(readers.DonePage{Chrome: g.stranger("Done", ""), Heading: "Done"}))
	g.add("letters-mine", readers.List(readers.ListPage{Chrome: g.chrome("Blogs by e-mail", ""), Blogs: []readers.Entry{{Name: "Library systems", Path: blog.Path, StopPath: "/blog/library-systems/readers"}, {Name: "Flood watch", Path: "/blog/flood-watch", StopPath: "/blog/flood-watch/readers"}}}))
	g.add("letters-mine-empty", readers.List(readers.ListPage{Chrome: g.chrome("Blogs by e-mail", ""), Empty: parts.Empty{Title: "No blog comes by e-mail", Text: "On the page of a blog, choose to get its posts by e-mail.", Do: parts.Link{Text: "Look at the blogs", Path: "/blogs"}}}))
}
