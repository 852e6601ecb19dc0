package blogs

import (
	"io"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/blogs"
	"watercooler/views/parts"
	viewsthreads "watercooler/views/threads"
)

// Post answers GET /blog/:blog/:post.
func (h *Web) Post(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	p, err := h.blogs.FindPost(ctx, v, c.Params("blog"), c.Params("post"))
	if err != nil {
		return err
	}
	b, err := h.blogs.Find(ctx, v, p.Blog.Slug)
	if err != nil {
		return err
	}
	t, err := h.threads.Find(ctx, v, p.ID)
	if err != nil {
		return err
	}
	page := h.postPage(c, p)
	page.Topics, page.Lang = chips(t.Topics), t.Author.Lang
	if page.Conversation, err = h.talk.Conversation(c, v, t); err != nil {
		return err
	}
	h.postDoors(v, b, p, t, &page)
	if err := h.series(c, p, &page); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Post(page))
}

// postPage returns the page of a post without what is said about it.
func (h *Web) postPage(c *fiber.Ctx, p Post) views.PostPage {
	v := auth.ViewerOf(c)
	page := views.PostPage{
		Chrome: h.chrome(c, p.Title), Title: p.Title, BodyHTML: p.HTML, Summary: p.Summary, Cover: coverPath(p.Cover), CoverAlt: p.CoverAlt,
		Authors: faces(v, p), Blog: parts.Link{Text: p.Blog.Name, Path: p.Blog.Path()}, At: h.web.Moment(p.PublishedAt),
		Edited: h.web.Moment(p.EditedAt), Minutes: p.Minutes, Audience: audienceSaid(p.Audience),
	}
	if p.Audience != auth.AudiencePublic {
		return page
	}
	page.AtomPath, _ = feedPaths(p.Blog.Slug)
	page.Chrome.Canonical, page.Chrome.Description, page.Chrome.Kind = h.web.URL(p.Path()), p.Lead(), "article"
	page.Chrome.Published, page.Chrome.Feeds = p.PublishedAt.UTC().Format(time.RFC3339), h.feedLinks(p.Blog.Slug, p.Blog.Name)
	if p.Cover != "" {
		page.Chrome.Image = h.web.URL(coverPath(p.Cover))
	}
	return page
}

// postDoors fills in what v may do with a post; what they may not has no path.
func (h *Web) postDoors(v auth.Viewer, b Blog, p Post, t threads.Thread, page *views.PostPage) {
	page.Conversation.EditPath, page.Conversation.DeletePath = "", ""
	if t.CanEdit {
		page.Conversation.EditPath = p.Path() + "/edit"
	}
	if t.CanDelete {
		page.Conversation.DeletePath = p.Path() + "/delete"
		if t.Replies == 0 {
			page.UnpublishPath = p.Path() + "/unpublish"
		}
	}
	if v.SignedIn() && (b.Owner.Kind != OwnerPerson || b.Owner.ID != v.Person) {
		page.Follow = parts.Follow{Kind: "blog", ID: b.ID, Name: b.Name, Return: p.Path(), On: b.Followed}
	}
}

// series fills in where a post stands in its series.
func (h *Web) series(c *fiber.Ctx, p Post, page *views.PostPage) error {
	if p.Series.ID == 0 {
		return nil
	}
	at, err := h.blogs.PartOf(c.UserContext(), auth.ViewerOf(c), p)
	if err != nil {
		return err
	}
	page.Series = &views.InSeries{
		Series: parts.Link{Text: p.Series.Name, Path: seriesPath(p.Blog.Slug, p.Series)}, Number: at.Number, Of: at.Of,
		Previous: postLink(at.Previous), Next: postLink(at.Next),
	}
	return nil
}

func postLink(p Post) parts.Link {
	if p.ID == 0 {
		return parts.Link{}
	}
	return parts.Link{Text: p.Title, Path: p.Path()}
}

func chips(topics []threads.Topic) []parts.Topic {
	list := make([]parts.Topic, len(topics))
	for i, t := range topics {
		list[i] = parts.Topic{Name: t.Name, Path: t.Path()}
	}
	return list
}

// PreviewDraft answers GET /blog/drafts/:id/preview.
func (h *Web) PreviewDraft(c *fiber.Ctx) error { return h.previewDraft(c, "") }

// previewDraft shows a draft as it will look to those who write it, with the link to share it when it was just made.
func (h *Web) previewDraft(c *fiber.Ctx, link string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	d, err := h.blogs.Draft(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	page, err := h.draftPage(c, d)
	if err != nil {
		return err
	}
	page.Cover = coverPath(d.Cover)
	page.Preview = &views.Preview{
		EditPath: d.Path(), SharePath: d.Path() + "/share", UnsharePath: d.Path() + "/unshare", Shared: d.Shared, Link: link,
	}
	return web.Render(c, fiber.StatusOK, views.Post(page))
}

// draftPage returns a draft as the page of the post it will be, unknown to search engines.
func (h *Web) draftPage(c *fiber.Ctx, d Draft) (views.PostPage, error) {
	p, err := h.blogs.AsPost(c.UserContext(), d)
	if err != nil {
		return views.PostPage{}, err
	}
	if p.Title == "" {
		p.Title = untitled
	}
	shown := h.postPage(c, p)
	shown.AtomPath, shown.Chrome.Title, shown.Chrome.Feeds = "", "Preview: "+p.Title, nil
	shown.Chrome.Canonical, shown.Chrome.Kind, shown.Chrome.Published, shown.Chrome.Image = "", "", "", ""
	for _, name := range threads.TopicNames(d.Topics) {
		shown.Topics = append(shown.Topics, parts.Topic{Name: name, Path: "/topics"})
	}
	return shown, nil
}

const untitled = "Untitled post"

// Shared answers GET /blog/preview/:secret: a draft, for whoever has the link.
//
// SECURITY: the link is a secret. It must not travel on in a Referer, nor stay in a cache that others share.
func (h *Web) Shared(c *fiber.Ctx) error {
	d, err := h.blogs.Shared(c.UserContext(), c.Params("secret"))
	if err != nil {
		return err
	}
	page, err := h.draftPage(c, d)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set("X-Robots-Tag", "noindex")
	page.Preview = &views.Preview{}
	page.Blog.Path = "" // it may not be open yet
	if d.Cover != "" {
		page.Cover = "/blog/preview/" + c.Params("secret") + "/cover"
	}
	return web.Render(c, fiber.StatusOK, views.Post(page))
}

// SharedCover answers GET /blog/preview/:secret/cover.
func (h *Web) SharedCover(c *fiber.Ctx) error {
	file, info, err := h.blogs.SharedCover(c.UserContext(), c.Params("secret"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return sendPicture(c, file, info)
}

// sendPicture answers with a picture of ours.
//
// SECURITY: whatever a file holds, the browser neither guesses a type nor runs anything in it.
func sendPicture(c *fiber.Ctx, file io.Reader, info files.Info) error {
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderContentType, info.Type)
	return c.SendStream(file, int(info.Size))
}

// Share answers POST /blog/drafts/:id/share: the link is shown once, on the page that answers.
func (h *Web) Share(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	secret, err := h.blogs.Share(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return h.previewDraft(c, h.web.URL("/blog/preview/"+secret))
}

// Unshare answers POST /blog/drafts/:id/unshare.
func (h *Web) Unshare(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.blogs.Unshare(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, "The link has ended.")
	return web.SeeOther(c, Draft{ID: id}.Path()+"/preview")
}

// ConfirmDeletePost answers GET /blog/:blog/:post/delete.
func (h *Web) ConfirmDeletePost(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	p, err := h.blogs.FindPost(ctx, v, c.Params("blog"), c.Params("post"))
	if err != nil {
		return err
	}
	t, err := h.threads.Find(ctx, v, p.ID)
	if err != nil {
		return err
	}
	if !t.CanDelete {
		return errs.Forbiddenf("Only those who wrote this, or a moderator, can delete it.")
	}
	return h.confirm(c, "Delete this post?", p.Title, "The post goes for good, and its address with it. What others replied stays in the hub.", p.Path()+"/delete", p.Path())
}

// DeletePost answers POST /blog/:blog/:post/delete.
func (h *Web) DeletePost(c *fiber.Ctx) error {
	blog := c.Params("blog")
	if err := h.blogs.DeletePost(c.UserContext(), auth.ViewerOf(c), blog, c.Params("post")); err != nil {
		return err
	}
	h.web.Flash(c, "The post is deleted.")
	return web.SeeOther(c, "/blog/"+blog)
}

// Unpublish answers POST /blog/:blog/:post/unpublish.
func (h *Web) Unpublish(c *fiber.Ctx) error {
	ctx, v, blog, post := c.UserContext(), auth.ViewerOf(c), c.Params("blog"), c.Params("post")
	p, err := h.blogs.FindPost(ctx, v, blog, post)
	if err != nil {
		return err
	}
	t, err := h.threads.Find(ctx, v, p.ID)
	if err != nil {
		return err
	}
	id, err := h.blogs.Unpublish(ctx, v, blog, post, t.Topics)
	if err != nil {
		return err
	}
	h.web.Flash(c, "The post is a draft again. Nobody else sees it now.")
	return web.SeeOther(c, Draft{ID: id}.Path())
}

// confirm asks before something is deleted.
func (h *Web) confirm(c *fiber.Ctx, question, what, means, action, cancel string) error {
	return web.Render(c, fiber.StatusOK, viewsthreads.Delete(viewsthreads.DeletePage{
		Chrome: h.chrome(c, "Delete"), Heading: question, What: what, Means: means, Action: action, CancelPath: cancel,
	}))
}
