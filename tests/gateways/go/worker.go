package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const maxAnswer = 1 << 20

var resultFields = []string{"status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio"}

// answer is what the upstream said. The data is empty unless it was a JSON object; its numbers stay as they came.
type answer struct {
	status     int
	data       map[string]any
	retryAfter time.Duration // 0 where nothing is said
}

func (a answer) says(words ...string) bool {
	word, _ := a.data["status"].(string)
	return contains(words, word)
}

func (a answer) failure() *Failure {
	message, _ := a.data["message"].(string)
	if inner, nested := a.data["error"].(map[string]any); nested && message == "" {
		message, _ = inner["message"].(string)
	}
	if message == "" {
		message = fmt.Sprintf("The upstream answered %d.", a.status)
	}
	return &Failure{"upstream_error", message}
}

// work is a job's whole life after its 202. It settles the job exactly once.
func (g *Gateway) work(job *Job) {
	ctx, cancel := context.WithDeadline(context.Background(), job.deadline)
	defer cancel()
	upstreamID, failure := g.submitUpstream(ctx, job)
	if failure == nil {
		g.store.begin(job)
		var last answer
		if last, failure = g.follow(ctx, upstreamID); failure == nil {
			g.settle(job, last)
			return
		}
	}
	g.store.fail(job, failure)
}

func (g *Gateway) timedOut() *Failure {
	return &Failure{"timeout", fmt.Sprintf("The job timed out after %s.", g.jobTimeout)}
}

// submitUpstream hands the job over; what the upstream may have taken is never sent again.
func (g *Gateway) submitUpstream(ctx context.Context, job *Job) (string, *Failure) {
	body, err := json.Marshal(job.fields)
	if err != nil {
		return "", &Failure{"internal_error", "The request could not be written."}
	}
	for {
		got, err := g.ask(ctx, g.jobTimeout/5, http.MethodPost, services[job.service].upstream, body)
		wait := got.retryAfter
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			wait = g.pollInterval
		case ctx.Err() != nil:
			return "", g.timedOut()
		case err != nil:
			return "", &Failure{"upstream_unreachable", "The upstream did not answer."}
		case (got.status == http.StatusTooManyRequests || got.status == http.StatusServiceUnavailable) && wait > 0:
		case got.status >= 400 || got.says("error"):
			return "", got.failure()
		default:
			if id, _ := got.data["job_id"].(string); id != "" {
				return id, nil
			}
			return "", &Failure{"upstream_error", "The upstream gave no job id."}
		}
		if !sleep(ctx, wait) {
			return "", g.timedOut()
		}
	}
}

// follow polls until the upstream tells of an end, and once more at the deadline. The answer is the one that ends it.
func (g *Gateway) follow(ctx context.Context, upstreamID string) (answer, *Failure) {
	path := "/api/video/status/" + url.PathEscape(upstreamID)
	missed, pause := false, g.pollInterval
	quietUntil := time.Now() // the upstream wants to be left alone
	for sleep(ctx, pause) && sleep(ctx, time.Until(quietUntil)) {
		got, err := g.ask(ctx, g.jobTimeout/10, http.MethodGet, path, nil)
		switch {
		case err == nil && ends(got):
			return got, nil
		case err == nil && got.status == http.StatusOK && got.says("queued", "processing"):
			missed, pause = false, g.pollInterval
		case missed && pause < 16*g.pollInterval: // the second miss in a row, and each after it: up to 80 s
			pause *= 2
		default:
			missed = true
		}
		quietUntil = time.Now().Add(got.retryAfter)
	}
	if time.Now().Before(quietUntil) {
		return answer{}, g.timedOut()
	}
	got, err := g.ask(context.Background(), g.jobTimeout/300, http.MethodGet, path, nil)
	if err == nil && ends(got) {
		return got, nil
	}
	return answer{}, g.timedOut()
}

// ends tells whether an answer to a poll is about the job's end: what was lost, garbled or a passing error is not.
func ends(got answer) bool {
	switch got.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return true
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	case http.StatusOK:
		return got.says("success", "error")
	}
	return got.status < 500 && got.says("error")
}

// settle completes and bills a success with a video; anything else fails and costs nothing.
func (g *Gateway) settle(job *Job, last answer) {
	if last.status != http.StatusOK || !last.says("success") || last.data["error"] != nil {
		g.store.fail(job, last.failure())
		return
	}
	if address, _ := last.data["video_url"].(string); !isAddress(address) {
		g.store.fail(job, &Failure{"no_video", "The upstream reported success without a video."})
		return
	}
	result := map[string]any{}
	for _, name := range resultFields {
		if value, given := last.data[name]; given {
			result[name] = value
		}
	}
	number, _ := last.data["duration_seconds"].(json.Number)
	delivered, _ := number.Float64() // 0 where nothing usable is said
	g.store.complete(job, result, delivered)
}

func isAddress(text string) bool {
	found, err := url.Parse(text)
	return err == nil && (found.Scheme == "http" || found.Scheme == "https") && !strings.ContainsAny(text, " \t\r\n")
}

// ask sends one request to the upstream; the patience is for its whole answer.
func (g *Gateway) ask(ctx context.Context, patience time.Duration, method, path string, body []byte) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, g.upstreamURL+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if g.upstreamKey != "" {
		request.Header.Set("Authorization", "Bearer "+g.upstreamKey)
	}
	response, err := g.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{}, err
	}
	got := answer{status: response.StatusCode}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	err = decoder.Decode(&got.data)
	if _, more := decoder.Token(); err != nil || more != io.EOF {
		got.data = nil // half an object says nothing, nor do two
	}
	if seconds, err := strconv.ParseUint(response.Header.Get("Retry-After"), 10, 16); err == nil {
		got.retryAfter = time.Duration(seconds) * time.Second
	}
	return got, nil
}

// sleep waits, unless the context ends first.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
