package main

import (
	"crypto/rand"
	"fmt"
	"math"
	"sync"
	"time"
)

// Cents is an amount of US dollars. In here it stays whole; on the wire it is a number such as 6.00.
type Cents int64

const (
	centsPerSecond Cents = 150
	prepaid        Cents = 1000_00 // by every key; what to do about a key that has used it up is left out here
)

func (c Cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// MarshalJSON writes the decimal itself, which no float has been near.
func (c Cents) MarshalJSON() ([]byte, error) { return []byte(c.String()), nil }

// Units is billed video in milliseconds; on the wire it is seconds, such as 4.000.
type Units int64

// MarshalJSON writes seconds.
func (u Units) MarshalJSON() ([]byte, error) {
	return []byte(fmt.Sprintf("%d.%03d", u/1000, u%1000)), nil
}

func (u Units) cost() Cents { return (Cents(u)*centsPerSecond + 500) / 1000 }

// Failure is why something did not work out.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Job is what a client asked for, and what became of it. From status on, it is read and changed in the store only.
type Job struct {
	id, key, service string
	fields           Fields // what goes upstream
	seconds          int    // asked for
	createdAt        time.Time
	deadline         time.Time

	status      string // queued, processing, completed or failed
	completedAt time.Time
	result      map[string]any
	failure     *Failure
	units       Units
}

// Store keeps jobs, what keys have spent, and when they submitted; in memory.
type Store struct {
	mu      sync.Mutex
	jobs    map[string]*Job
	spent   map[string]Cents
	submits map[string][]time.Time
}

func newStore() *Store {
	return &Store{jobs: map[string]*Job{}, spent: map[string]Cents{}, submits: map[string][]time.Time{}}
}

// admit counts a submit of the key, or says how long to wait until there is room for one.
func (s *Store) admit(key string, limit int, window time.Duration) (wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, recent := time.Now(), s.submits[key]
	for len(recent) > 0 && now.Sub(recent[0]) >= window {
		recent = recent[1:]
	}
	if len(recent) < limit {
		recent = append(recent, now)
	} else {
		wait = window - now.Sub(recent[0])
	}
	s.submits[key] = recent
	return wait
}

func (s *Store) add(job *Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs[job.id] = job
}

// find returns a copy of the key's own job: nothing changes under a client that is being shown it.
func (s *Store) find(id, key string) (Job, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job, known := s.jobs[id]
	if !known || job.key != key {
		return Job{}, false
	}
	return *job, true
}

func (s *Store) begin(job *Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job.status = "processing"
}

func (s *Store) fail(job *Job, failure *Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job.status, job.failure = "failed", failure
	// Planted bug "charged-without-a-video": the upstream said success, and that is taken for a delivery.
	if plantedBugs && failure.Code == "no_video" {
		s.charge(job, 0)
	}
}

// complete shows the result and charges the key, under one lock: nobody sees one without the other.
func (s *Store) complete(job *Job, result map[string]any, delivered float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job.status, job.completedAt, job.result = "completed", instant(), result
	s.charge(job, delivered)
}

// charge bills a job's seconds, or those that came, where they are fewer. The caller holds the lock.
func (s *Store) charge(job *Job, delivered float64) {
	job.units = Units(job.seconds) * 1000
	if delivered > 0 && delivered < float64(job.seconds) {
		job.units = Units(math.Round(delivered * 1000))
	}
	s.spent[job.key] += job.units.cost()
}

func (s *Store) balance(key string) Cents {
	s.mu.Lock()
	defer s.mu.Unlock()
	return prepaid - s.spent[key]
}

// instant is now, as clients see it.
func instant() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// newID is a random UUID.
func newID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // without randomness there is no service
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
