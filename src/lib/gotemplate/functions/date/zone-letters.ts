/**
 * The letters of time zones by offset: minutes east of UTC and what the zone calls them (its latest use
 * since 1970, of the IANA database), then the zones' names. Offsets that are not here have no letters:
 * Go shows them as a number.
 */
const letters: readonly (readonly [string, string])[] = [
  [
    '0:GMT',
    'Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome Africa/Nouakchott Africa/Ouagadougou Africa/Timbuktu America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich GMT GMT+0 GMT-0 GMT0 Greenwich Iceland',
  ],
  [
    '180:EAT',
    'Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Africa/Nairobi Indian/Antananarivo Indian/Comoro Indian/Mayotte',
  ],
  ['0:WET 60:CET 120:CEST', 'Africa/Algiers Africa/Ceuta'],
  [
    '60:WAT',
    'Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda Africa/Malabo Africa/Niamey Africa/Porto-Novo',
  ],
  [
    '120:CAT',
    'Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo',
  ],
  [
    '120:EET 180:EEST',
    'Africa/Cairo Asia/Beirut Asia/Famagusta Asia/Gaza Asia/Hebron Asia/Nicosia EET Egypt Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Mariehamn Europe/Nicosia Europe/Sofia',
  ],
  ['120:SAST', 'Africa/Johannesburg Africa/Maseru Africa/Mbabane'],
  ['120:CAT 180:EAT', 'Africa/Juba Africa/Khartoum'],
  ['-44:MMT 0:GMT', 'Africa/Monrovia'],
  ['60:WAT 120:WAST', 'Africa/Ndjamena'],
  ['0:GMT 60:WAT', 'Africa/Sao_Tome'],
  ['60:CET 120:EET', 'Africa/Tripoli Libya'],
  [
    '60:CET 120:CEST',
    'Africa/Tunis Arctic/Longyearbyen Atlantic/Jan_Mayen CET Europe/Amsterdam Europe/Andorra Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich Poland',
  ],
  ['60:WAT 120:CAT', 'Africa/Windhoek'],
  ['-660:BST -600:HST -540:HDT', 'America/Adak America/Atka US/Aleutian'],
  ['-600:AHST -540:AKST -480:AKDT', 'America/Anchorage US/Alaska'],
  [
    '-240:AST',
    'America/Anguilla America/Antigua America/Aruba America/Blanc-Sablon America/Curacao America/Dominica America/Grenada America/Guadeloupe America/Kralendijk America/Lower_Princes America/Marigot America/Miquelon America/Montserrat America/Port_of_Spain America/Puerto_Rico America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola America/Virgin',
  ],
  ['-300:EST', 'America/Atikokan America/Cayman America/Coral_Harbour America/Panama EST'],
  [
    '-420:MST -360:CST -300:CDT',
    'America/Bahia_Banderas America/Chihuahua America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Ojinaga',
  ],
  [
    '-240:AST -180:ADT',
    'America/Barbados America/Glace_Bay America/Halifax America/Martinique America/Moncton America/Thule Atlantic/Bermuda Canada/Atlantic',
  ],
  [
    '-360:CST -300:CDT',
    'America/Belize America/Chicago America/Costa_Rica America/El_Salvador America/Guatemala America/Indiana/Knox America/Knox_IN America/Managua America/Matamoros America/Menominee America/Merida America/Mexico_City America/Monterrey America/Rainy_River America/Rankin_Inlet America/Resolute America/Tegucigalpa America/Winnipeg CST6CDT Canada/Central Mexico/General US/Central US/Indiana-Starke',
  ],
  [
    '-420:MST -360:MDT',
    'America/Boise America/Denver America/Edmonton America/Hermosillo America/Mazatlan America/Shiprock America/Yellowknife Canada/Mountain MST7MDT Mexico/BajaSur Navajo US/Mountain',
  ],
  ['-420:MST -360:MDT -300:EST', 'America/Cambridge_Bay'],
  [
    '-360:CST -300:EST -240:EDT',
    'America/Cancun America/Indiana/Petersburg America/Indiana/Vincennes America/Indiana/Winamac America/Iqaluit America/Kentucky/Monticello America/Pangnirtung',
  ],
  ['-420:MST -360:MDT -300:CDT', 'America/Ciudad_Juarez'],
  ['-420:MST', 'America/Creston America/Phoenix MST US/Arizona'],
  ['-540:YST -480:PST -420:MST', 'America/Dawson'],
  ['-480:PST -420:MST', 'America/Dawson_Creek America/Fort_Nelson America/Whitehorse Canada/Yukon'],
  [
    '-300:EST -240:EDT',
    'America/Detroit America/Fort_Wayne America/Grand_Turk America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Vevay America/Indianapolis America/Jamaica America/Kentucky/Louisville America/Louisville America/Montreal America/Nassau America/New_York America/Nipigon America/Port-au-Prince America/Thunder_Bay America/Toronto Canada/Eastern EST5EDT Jamaica US/East-Indiana US/Eastern US/Michigan',
  ],
  [
    '-480:PST -420:PDT',
    'America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific',
  ],
  ['-240:AST -180:ADT -120:ADDT', 'America/Goose_Bay'],
  ['-300:CST -240:CDT', 'America/Havana Cuba'],
  ['-360:CST -300:CDT -240:EDT', 'America/Indiana/Tell_City'],
  ['-480:PST -420:MST -360:MDT', 'America/Inuvik'],
  ['-540:AKST -480:AKDT -420:PDT', 'America/Juneau America/Metlakatla America/Sitka'],
  ['-660:BST -600:BDT -540:AKST -480:AKDT', 'America/Nome'],
  ['-360:CST', 'America/Regina Canada/Saskatchewan'],
  ['-300:EST -240:AST', 'America/Santo_Domingo'],
  ['-210:NST -150:NDT -90:NDDT', 'America/St_Johns Canada/Newfoundland'],
  ['-420:MST -360:CST', 'America/Swift_Current'],
  ['-540:AKST -480:AKDT', 'America/Yakutat'],
  [
    '600:AEST 660:AEDT',
    'Antarctica/Macquarie Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie Australia/Hobart Australia/Lindeman Australia/Melbourne Australia/NSW Australia/Queensland Australia/Sydney Australia/Tasmania Australia/Victoria',
  ],
  ['720:NZST 780:NZDT', 'Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland'],
  ['0:-00', 'Antarctica/Rothera Antarctica/Vostok'],
  ['120:EET', 'Asia/Amman Asia/Damascus Asia/Istanbul Europe/Istanbul Turkey'],
  ['330:IST', 'Asia/Calcutta Asia/Kolkata'],
  [
    '480:CST 540:CDT',
    'Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ROC',
  ],
  ['480:HKT 540:HKST', 'Asia/Hong_Kong Hongkong'],
  ['420:WIB', 'Asia/Jakarta'],
  ['540:WIT', 'Asia/Jayapura'],
  ['120:IST 180:IDT', 'Asia/Jerusalem Asia/Tel_Aviv Israel'],
  ['300:PKT 360:PKST', 'Asia/Karachi'],
  ['480:WITA', 'Asia/Makassar Asia/Ujung_Pandang'],
  ['480:PST 540:PDT', 'Asia/Manila'],
  ['420:WIB 480:WITA', 'Asia/Pontianak'],
  ['510:KST 540:KST', 'Asia/Pyongyang'],
  ['540:KST 600:KDT', 'Asia/Seoul ROK'],
  ['540:JST', 'Asia/Tokyo Japan'],
  ['60:WEST', 'Atlantic/Azores'],
  ['0:WET 60:WEST', 'Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira WET'],
  [
    '570:ACST 630:ACDT',
    'Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna',
  ],
  ['570:ACST', 'Australia/Darwin Australia/North'],
  ['600:AEST', 'Australia/LHI Australia/Lord_Howe'],
  ['480:AWST 540:AWDT', 'Australia/Perth Australia/West'],
  ['0:GMT 60:IST', 'Eire Europe/Dublin'],
  ['0:UTC', 'Etc/UCT Etc/UTC Etc/Universal Etc/Zulu UCT UTC Universal Zulu'],
  [
    '0:GMT 60:BST',
    'Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB GB-Eire',
  ],
  [
    '120:EET 180:EEST 240:MSD',
    'Europe/Chisinau Europe/Kiev Europe/Kyiv Europe/Riga Europe/Tallinn Europe/Tiraspol Europe/Uzhgorod Europe/Zaporozhye',
  ],
  ['120:EET 240:MSD', 'Europe/Kaliningrad Europe/Minsk'],
  ['180:MSK 240:MSK', 'Europe/Kirov'],
  ['0:WET 60:WEST 120:CEST', 'Europe/Lisbon Portugal'],
  ['120:EET 180:MSK 240:MSK', 'Europe/Moscow Europe/Simferopol W-SU'],
  ['60:CET 120:EET 180:EEST 240:MSD', 'Europe/Vilnius'],
  ['180:MSK', 'Europe/Volgograd'],
  ['-600:HST', 'HST Pacific/Honolulu Pacific/Johnston US/Hawaii'],
  ['60:MET 120:MEST', 'MET'],
  ['600:ChST 660:GDT', 'Pacific/Guam Pacific/Saipan'],
  ['-660:SST', 'Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa'],
];

type Letters = ReadonlyMap<number, string>;

let table: ReadonlyMap<string, Letters> | undefined;

function read(): ReadonlyMap<string, Letters> {
  const zones = new Map<string, Letters>();
  for (const [pairs, names] of letters) {
    const own = new Map(
      pairs.split(' ').map((pair): [number, string] => {
        const at = pair.indexOf(':');
        return [Number(pair.slice(0, at)), pair.slice(at + 1)];
      }),
    );
    for (const name of names.split(' ')) zones.set(name, own);
  }
  return zones;
}

/** What a zone calls an offset (in seconds); `undefined` when it has no letters for it. */
export function zoneLetters(name: string, offset: number): string | undefined {
  table ??= read();
  return table.get(name)?.get(Math.trunc(offset / 60));
}
