package signin

import (
	"strings"

	"wardroom/pkg/model"
)

// address returns an e-mail address as it is stored, "" for text that isn't one.
func address(s string) string {
	if _, ok := model.ParseAddress(s); !ok {
		return ""
	}
	return model.TidyAddress(s)
}

// Anybodys reports whether anybody can get an address at the domain.
func Anybodys(domain string) bool { return anybodys[domain] }

// anybodys are domains where anybody can get an address. Such an address says nothing
// about belonging to an organisation, so none is ever matched, even if an organisation
// is registered under its domain.
var anybodys = func() map[string]bool {
	all := map[string]bool{}
	for domain := range strings.FieldsSeq(`
		gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it live.com live.co.uk live.de live.nl msn.com
		yahoo.com yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.de yahoo.fr yahoo.it yahoo.es ymail.com rocketmail.com aol.com aim.com
		icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io tuta.com
		gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de mail.de posteo.de posteo.net mailbox.org
		mail.com email.com usa.com zoho.com zohomail.com fastmail.com fastmail.fm hey.com hushmail.com runbox.com
		mail.ru inbox.ru list.ru bk.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net
		qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com naver.com daum.net hanmail.net
		orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it tin.it
		comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com
		btinternet.com sky.com talktalk.net virginmedia.com ntlworld.com bigpond.com optusnet.com.au shaw.ca rogers.com sympatico.ca
		uol.com.br bol.com.br terra.com.br ig.com.br rediffmail.com
		wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz abv.bg ziggo.nl kpnmail.nl telenet.be skynet.be bluewin.ch
		mailinator.com guerrillamail.com 10minutemail.com yopmail.com temp-mail.org trashmail.com`) {
		all[domain] = true
	}
	return all
}()
