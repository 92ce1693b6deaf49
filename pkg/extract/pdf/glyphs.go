package pdf

import "strings"

// glyphNames are the characters of glyphs by their names, as pairs in the order of the
// Adobe Glyph List for New Fonts and the names of PDF's Latin character set (ISO
// 32000-1, annex D). The letters of ASCII are their own names.
var glyphNames = func() map[string]string {
	all := map[string]string{}
	for c := 'A'; c <= 'z'; c++ {
		if c <= 'Z' || c >= 'a' {
			all[string(c)] = string(c)
		}
	}
	names := strings.Fields(`
	AE Æ AEacute Ǽ Aacute Á Abreve Ă Acircumflex Â Adieresis Ä Agrave À Alpha Α Alphatonos Ά Amacron Ā Aogonek Ą Aring Å Aringacute Ǻ Atilde Ã Beta Β
	Cacute Ć Ccaron Č Ccedilla Ç Ccircumflex Ĉ Cdotaccent Ċ Chi Χ Dcaron Ď Dcroat Đ Delta ∆ Eacute É Ebreve Ĕ Ecaron Ě Ecircumflex Ê Edieresis Ë
	Edotaccent Ė Egrave È Emacron Ē Eng Ŋ Eogonek Ę Epsilon Ε Epsilontonos Έ Eta Η Etatonos Ή Eth Ð Euro € Gamma Γ Gbreve Ğ Gcaron Ǧ Gcircumflex Ĝ
	Gdotaccent Ġ H18533 ● H18543 ▪ H18551 ▫ H22073 □ Hbar Ħ Hcircumflex Ĥ IJ Ĳ Iacute Í Ibreve Ĭ Icircumflex Î Idieresis Ï Idotaccent İ Ifraktur ℑ
	Igrave Ì Imacron Ī Iogonek Į Iota Ι Iotadieresis Ϊ Iotatonos Ί Itilde Ĩ Jcircumflex Ĵ Kappa Κ Lacute Ĺ Lambda Λ Lcaron Ľ Ldot Ŀ Lslash Ł Mu Μ
	Nacute Ń Ncaron Ň Ntilde Ñ Nu Ν OE Œ Oacute Ó Obreve Ŏ Ocircumflex Ô Odieresis Ö Ograve Ò Ohorn Ơ Ohungarumlaut Ő Omacron Ō Omega Ω Omegatonos Ώ
	Omicron Ο Omicrontonos Ό Oslash Ø Oslashacute Ǿ Otilde Õ Phi Φ Pi Π Psi Ψ Racute Ŕ Rcaron Ř Rfraktur ℜ Rho Ρ SF010000 ┌ SF020000 └ SF030000 ┐
	SF040000 ┘ SF050000 ┼ SF060000 ┬ SF070000 ┴ SF080000 ├ SF090000 ┤ SF100000 ─ SF110000 │ SF190000 ╡ SF200000 ╢ SF210000 ╖ SF220000 ╕ SF230000 ╣
	SF240000 ║ SF250000 ╗ SF260000 ╝ SF270000 ╜ SF280000 ╛ SF360000 ╞ SF370000 ╟ SF380000 ╚ SF390000 ╔ SF400000 ╩ SF410000 ╦ SF420000 ╠ SF430000 ═
	SF440000 ╬ SF450000 ╧ SF460000 ╨ SF470000 ╤ SF480000 ╥ SF490000 ╙ SF500000 ╘ SF510000 ╒ SF520000 ╓ SF530000 ╫ SF540000 ╪ Sacute Ś Scaron Š
	Scedilla Ş Scircumflex Ŝ Sigma Σ Tau Τ Tbar Ŧ Tcaron Ť Theta Θ Thorn Þ Uacute Ú Ubreve Ŭ Ucircumflex Û Udieresis Ü Ugrave Ù Uhorn Ư Uhungarumlaut Ű
	Umacron Ū Uogonek Ų Upsilon Υ Upsilon1 ϒ Upsilondieresis Ϋ Upsilontonos Ύ Uring Ů Utilde Ũ Wacute Ẃ Wcircumflex Ŵ Wdieresis Ẅ Wgrave Ẁ Xi Ξ Yacute Ý
	Ycircumflex Ŷ Ydieresis Ÿ Ygrave Ỳ Zacute Ź Zcaron Ž Zdotaccent Ż Zeta Ζ aacute á abreve ă acircumflex â acute ´ acutecomb ́ adieresis ä ae æ
	aeacute ǽ agrave à aleph ℵ alpha α alphatonos ά amacron ā ampersand & angle ∠ angleleft 〈 angleright 〉 anoteleia · aogonek ą approxequal ≈ aring å
	aringacute ǻ arrowboth ↔ arrowdblboth ⇔ arrowdbldown ⇓ arrowdblleft ⇐ arrowdblright ⇒ arrowdblup ⇑ arrowdown ↓ arrowleft ← arrowright → arrowup ↑
	arrowupdn ↕ arrowupdnbse ↨ asciicircum ^ asciitilde ~ asterisk * asteriskmath ∗ at @ atilde ã backslash \ bar | beta β block █ braceleft {
	braceright } bracketleft [ bracketright ] breve ˘ brokenbar ¦ bullet • cacute ć caron ˇ carriagereturn ↵ ccaron č ccedilla ç ccircumflex ĉ
	cdotaccent ċ cedilla ¸ cent ¢ chi χ circle ○ circlemultiply ⊗ circleplus ⊕ circumflex ˆ club ♣ colon : colonmonetary ₡ comma , congruent ≅
	copyright © currency ¤ dagger † daggerdbl ‡ dcaron ď dcroat đ degree ° delta δ diamond ♦ dieresis ¨ dieresistonos ΅ divide ÷ dkshade ▓ dnblock ▄
	dollar $ dong ₫ dotaccent ˙ dotbelowcomb ̣ dotlessi ı dotmath ⋅ eacute é ebreve ĕ ecaron ě ecircumflex ê edieresis ë edotaccent ė egrave è eight 8
	element ∈ ellipsis … emacron ē emdash — emptyset ∅ endash – eng ŋ eogonek ę epsilon ε epsilontonos έ equal = equivalence ≡ estimated ℮ eta η
	etatonos ή eth ð exclam ! exclamdbl ‼ exclamdown ¡ existential ∃ female ♀ figuredash ‒ filledbox ■ filledrect ▬ five 5 fiveeighths ⅝ florin ƒ four 4
	fraction ⁄ franc ₣ gamma γ gbreve ğ gcaron ǧ gcircumflex ĝ gdotaccent ġ germandbls ß gradient ∇ grave U+0060 gravecomb ̀ greater > greaterequal ≥
	guillemotleft « guillemotright » guilsinglleft ‹ guilsinglright › hbar ħ hcircumflex ĥ heart ♥ hookabovecomb ̉ house ⌂ hungarumlaut ˝ hyphen -
	iacute í ibreve ĭ icircumflex î idieresis ï igrave ì ij ĳ imacron ī infinity ∞ integral ∫ integralbt ⌡ integraltp ⌠ intersection ∩ invbullet ◘
	invcircle ◙ invsmileface ☻ iogonek į iota ι iotadieresis ϊ iotadieresistonos ΐ iotatonos ί itilde ĩ jcircumflex ĵ kappa κ kgreenlandic ĸ lacute ĺ
	lambda λ lcaron ľ ldot ŀ less < lessequal ≤ lfblock ▌ lira ₤ logicaland ∧ logicalnot ¬ logicalor ∨ longs ſ lozenge ◊ lslash ł ltshade ░ macron ¯
	male ♂ minus − minute ′ mu µ multiply × musicalnote ♪ musicalnotedbl ♫ nacute ń napostrophe ŉ ncaron ň nine 9 notelement ∉ notequal ≠ notsubset ⊄
	ntilde ñ nu ν numbersign # oacute ó obreve ŏ ocircumflex ô odieresis ö oe œ ogonek ˛ ograve ò ohorn ơ ohungarumlaut ő omacron ō omega ω omega1 ϖ
	omegatonos ώ omicron ο omicrontonos ό one 1 onedotenleader ․ oneeighth ⅛ onehalf ½ onequarter ¼ onethird ⅓ openbullet ◦ ordfeminine ª ordmasculine º
	orthogonal ∟ oslash ø oslashacute ǿ otilde õ paragraph ¶ parenleft ( parenright ) partialdiff ∂ percent % period . periodcentered · perpendicular ⊥
	perthousand ‰ peseta ₧ phi φ phi1 ϕ pi π plus + plusminus ± prescription ℞ product ∏ propersubset ⊂ propersuperset ⊃ proportional ∝ psi ψ question ?
	questiondown ¿ quotedbl " quotedblbase „ quotedblleft “ quotedblright ” quoteleft ‘ quotereversed ‛ quoteright ’ quotesinglbase ‚ quotesingle '
	racute ŕ radical √ rcaron ř reflexsubset ⊆ reflexsuperset ⊇ registered ® revlogicalnot ⌐ rho ρ ring ˚ rtblock ▐ sacute ś scaron š scedilla ş
	scircumflex ŝ second ″ section § semicolon ; seven 7 seveneighths ⅞ shade ▒ sigma σ sigma1 ς similar ∼ six 6 slash / smileface ☺ space U+0020
	spade ♠ sterling £ suchthat ∋ summation ∑ sun ☼ tau τ tbar ŧ tcaron ť therefore ∴ theta θ theta1 ϑ thorn þ three 3 threeeighths ⅜ threequarters ¾
	tilde ˜ tildecomb ̃ tonos ΄ trademark ™ triagdn ▼ triaglf ◄ triagrt ► triagup ▲ two 2 twodotenleader ‥ twothirds ⅔ uacute ú ubreve ŭ ucircumflex û
	udieresis ü ugrave ù uhorn ư uhungarumlaut ű umacron ū underscore _ underscoredbl ‗ union ∪ universal ∀ uogonek ų upblock ▀ upsilon υ
	upsilondieresis ϋ upsilondieresistonos ΰ upsilontonos ύ uring ů utilde ũ wacute ẃ wcircumflex ŵ wdieresis ẅ weierstrass ℘ wgrave ẁ xi ξ yacute ý
	ycircumflex ŷ ydieresis ÿ yen ¥ ygrave ỳ zacute ź zcaron ž zdotaccent ż zero 0 zeta ζ
`)
	for i := 0; i+1 < len(names); i += 2 {
		all[names[i]] = character(names[i+1])
	}
	return all
}()

// standardEncoding is Adobe's, where it isn't ASCII (ISO 32000-1, annex D.2).
var standardEncoding = map[byte]rune{
	39: 0x2019, 96: 0x2018, 161: 0x00a1, 162: 0x00a2, 163: 0x00a3, 164: 0x2044, 165: 0x00a5, 166: 0x0192, 167: 0x00a7,
	168: 0x00a4, 169: 0x0027, 170: 0x201c, 171: 0x00ab, 172: 0x2039, 173: 0x203a, 174: 0xfb01, 175: 0xfb02, 177: 0x2013,
	178: 0x2020, 179: 0x2021, 180: 0x00b7, 182: 0x00b6, 183: 0x2022, 184: 0x201a, 185: 0x201e, 186: 0x201d, 187: 0x00bb,
	188: 0x2026, 189: 0x2030, 191: 0x00bf, 193: 0x0060, 194: 0x00b4, 195: 0x02c6, 196: 0x02dc, 197: 0x00af, 198: 0x02d8,
	199: 0x02d9, 200: 0x00a8, 202: 0x02da, 203: 0x00b8, 205: 0x02dd, 206: 0x02db, 207: 0x02c7, 208: 0x2014, 225: 0x00c6,
	227: 0x00aa, 232: 0x0141, 233: 0x00d8, 234: 0x0152, 235: 0x00ba, 241: 0x00e6, 245: 0x0131, 248: 0x0142, 249: 0x00f8,
	250: 0x0153, 251: 0x00df,
}
