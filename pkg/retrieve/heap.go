package retrieve

// heap keeps the best hits that it is offered, most at most, the worst of them at the
// root.
type heap struct {
	hits []Hit
	most int
}

// floor is the least score of a hit that can be kept.
func (h *heap) floor() float32 {
	if len(h.hits) < h.most {
		return 0
	}
	return h.hits[0].Score
}

// offer keeps a hit if it is among the best.
func (h *heap) offer(hit Hit) {
	if len(h.hits) < h.most {
		h.hits = append(h.hits, hit)
		h.up(len(h.hits) - 1)
		return
	}
	if compare(hit, h.hits[0]) < 0 {
		h.hits[0] = hit
		h.down(0)
	}
}

func (h *heap) worse(i, j int) bool { return compare(h.hits[i], h.hits[j]) > 0 }

func (h *heap) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !h.worse(i, parent) {
			return
		}
		h.hits[i], h.hits[parent] = h.hits[parent], h.hits[i]
		i = parent
	}
}

func (h *heap) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h.hits) {
			return
		}
		if child+1 < len(h.hits) && h.worse(child+1, child) {
			child++
		}
		if !h.worse(child, i) {
			return
		}
		h.hits[i], h.hits[child] = h.hits[child], h.hits[i]
		i = child
	}
}
