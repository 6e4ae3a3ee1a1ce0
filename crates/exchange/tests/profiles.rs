//! Exports of known tools as CSV: recognised by their header, and read without a word from anybody.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use support::again::{codes, events, profile, text, with};
use watercourse_exchange::{By, DateOrder, Evidence, Layout, Options, Rows};
use watercourse_flow::log::TimeMeans;

#[test]
fn servicenow_lists_by_field_name_and_by_label() {
    let names = "number,opened_at,short_description,priority,state,assignment_group,assigned_to,reassignment_count,reopen_count,sys_updated_on,resolved_at,closed_at\n\
        INC0010001,2024-03-04 08:00:00,\"Mail, down\",2 - High,Closed,Network,Ann,2,0,2024-03-12 08:00:00,2024-03-04 12:00:00,2024-03-09 12:00:00\n\
        INC0010002,2024-03-04 09:00:00,VPN,3 - Moderate,Resolved,Network,Bob,0,1,2024-03-12 08:00:00,2024-03-05 09:00:00,\n\
        INC0010003,2024-03-05 09:00:00,Disk,3 - Moderate,In Progress,Server,Bob,0,0,2024-03-12 08:00:00,,\n\
        INC0010004,2024-03-05 10:00:00,Dup,3 - Moderate,Canceled,Server,Bob,0,0,2024-03-12 08:00:00,,2024-03-05 10:30:00\n";
    let i = text(names);
    assert_eq!((profile(&i), i.mapping.profile.by), ("servicenow-list", By::Found));
    assert_eq!((i.mapping.layout.value, i.evidence), (Layout::Dates, Evidence::L0));
    assert_eq!(
        events(&i),
        [
            "INC0010001 Opened 0 -",
            "INC0010001 Resolved 240 -",
            "INC0010001 Closed 7440 -",
            "INC0010002 Opened 60 -",
            "INC0010002 Resolved 1500 -",
            "INC0010003 Opened 1500 -",
            "INC0010004 Opened 1560 -",
            "INC0010004 Closed 1590 -"
        ]
    );
    assert_eq!(i.mapping.done.value, ["Resolved", "Closed"]);
    assert!(codes(&i).contains(&"cancelled-cases") && codes(&i).contains(&"zone-assumed"));
    let labels = "Number;Opened;Short description;Caller;Priority;State;Assignment group;Updated;Resolved;Closed\r\n\
        INC0010001;04.03.2024 08:00:00;Mail;X;2 - High;Closed;Network;12.03.2024 08:00:00;04.03.2024 12:00:00;09.03.2024 12:00:00\r\n\
        INC0010002;14.03.2024 09:00:00;VPN;X;3 - Moderate;New;Network;12.03.2024 08:00:00;;\r\n";
    let i = text(labels);
    assert_eq!((profile(&i), i.log.len(), i.log.cases.len()), ("servicenow-list", 4, 2));
    assert_eq!(i.mapping.date_order.value, Some(DateOrder::DayFirst));
}

#[test]
fn servicenow_changes_problems_and_tasks() {
    let i = text(
        "number,type,state,assignment_group,opened_at,start_date,end_date,work_start,work_end,closed_at\n\
         CHG0030001,Normal,Closed,Linux,2024-03-01 08:00:00,2024-03-03 20:00:00,2024-03-03 22:00:00,2024-03-03 20:05:00,2024-03-03 21:10:00,2024-03-04 09:00:00\n\
         CHG0030002,Normal,Scheduled,Linux,2024-03-02 08:00:00,2024-03-09 20:00:00,2024-03-09 22:00:00,,,\n",
    );
    assert_eq!(profile(&i), "servicenow-change");
    assert_eq!(
        events(&i),
        [
            "CHG0030001 Opened 0 -",
            "CHG0030001 Implementation began 3605 -",
            "CHG0030001 Implementation ended 3670 -",
            "CHG0030001 Closed 4380 -",
            "CHG0030002 Opened 1440 -"
        ],
        "planned dates are no events"
    );
    let i = text(
        "Number,Opened,Problem statement,State,Assignment group,Known error,Resolved,Closed\n\
         PRB0040001,2024-03-01 08:00:00,x,Closed,DBA,false,2024-03-02 08:00:00,2024-03-03 08:00:00\n\
         PRB0040002,2024-03-01 09:00:00,y,Root Cause Analysis,DBA,false,,\n",
    );
    assert_eq!((profile(&i), i.log.len()), ("servicenow-problem", 4));
    let i = text(
        "number,request_item,short_description,state,assignment_group,opened_at,work_start,closed_at\n\
         SCTASK001,RITM001,x,Closed Complete,Desk,2024-03-01 08:00:00,2024-03-01 09:00:00,2024-03-01 10:00:00\n\
         SCTASK002,RITM001,y,Open,Desk,2024-03-01 08:00:00,,\n",
    );
    assert_eq!((profile(&i), i.log.len(), i.mapping.case.value.as_str()), ("servicenow-task", 4, "number"));
}

#[test]
fn servicenow_metrics_are_a_history_of_states_and_groups() {
    let i = text(
        "inc_number,mi_definition,mi_value,mi_start,mi_end,mi_duration,mi_calculation_complete\n\
         INC1,Incident State Duration,New,2024-03-04 08:00:00,2024-03-04 08:10:00,1970-01-01 00:10:00,true\n\
         INC1,Assignment Group Duration,Desk,2024-03-04 08:00:00,2024-03-04 09:00:00,1970-01-01 01:00:00,true\n\
         INC1,Incident State Duration,In Progress,2024-03-04 08:10:00,2024-03-04 10:00:00,1970-01-01 01:50:00,true\n\
         INC1,Assignment Group Duration,Network,2024-03-04 09:00:00,,,false\n\
         INC1,Incident State Duration,Closed,2024-03-04 10:00:00,,,false\n\
         INC1,Assigned to Duration,Ann,2024-03-04 08:10:00,,,false\n\
         INC2,Incident State Duration,New,2024-03-04 08:30:00,,,false\n",
    );
    assert_eq!(
        (profile(&i), i.evidence, i.mapping.time_means.value),
        ("servicenow-metric", Evidence::L2, TimeMeans::Entry)
    );
    assert_eq!(i.rows, Rows { read: 7, used: 5, merged: 1, skipped: 1, rejected: 0 });
    assert_eq!(
        events(&i),
        [
            "INC1 New 0 Desk",
            "INC1 In Progress 10 Desk",
            "INC1 Closed 120 Network",
            "INC2 New 30 -",
            "INC1 In Progress 60 Network"
        ],
        "a change of team within a status is an event"
    );
    assert_eq!(i.mapping.done.value, ["Closed"]);
    let plain = text(
        "Definition,ID,Value,Start,End,Duration,Calculation complete\n\
         Incident State Duration,Incident: INC1,New,2024-03-04 08:00:00,2024-03-04 08:10:00,10 Minutes,true\n\
         Incident State Duration,Incident: INC1,Resolved,2024-03-04 08:10:00,,,false\n",
    );
    assert_eq!((profile(&plain), plain.mapping.case.value.as_str(), plain.log.len()), ("servicenow-metric", "ID", 2));
}

#[test]
fn servicenow_audit_rows_are_changes() {
    let i = text(
        "tablename,documentkey,fieldname,oldvalue,newvalue,user,sys_created_on\n\
         incident,aa01,state,,1,ann,2024-03-04 08:00:00\n\
         incident,aa01,assignment_group,,g1,ann,2024-03-04 08:00:00\n\
         incident,aa01,incident_state,,1,ann,2024-03-04 08:00:00\n\
         incident,aa01,state,1,2,ann,2024-03-04 08:20:00\n\
         incident,aa01,incident_state,1,2,ann,2024-03-04 08:20:00\n\
         incident,aa01,state,2,6,bob,2024-03-04 09:20:00\n\
         incident,aa01,work_notes,,hello,bob,2024-03-04 09:00:00\n\
         incident,aa02,state,,1,ann,2024-03-04 09:00:00\n",
    );
    assert_eq!((profile(&i), i.mapping.case.value.as_str()), ("servicenow-audit", "documentkey"));
    assert_eq!(events(&i), ["aa01 1 0 g1", "aa01 2 20 g1", "aa01 6 80 g1", "aa02 1 60 -"]);
    assert_eq!(i.rows, Rows { read: 8, used: 4, merged: 1, skipped: 3, rejected: 0 });
    let states: Vec<_> =
        i.mapping.labels.iter().map(|l| (l.name.as_str(), l.state.map(|s| format!("{s:?}")))).collect();
    assert_eq!(
        states,
        [("1", Some("New".to_owned())), ("2", Some("Active".to_owned())), ("6", Some("Done".to_owned()))]
    );
}

#[test]
fn jira_by_language_and_by_category() {
    let i = text(
        "Zusammenfassung,Vorgangsschl\u{fc}ssel,Vorgangs-ID,Vorgangstyp,Status,Erstellt,Aktualisiert,Erledigt,Stichw\u{f6}rter,Stichw\u{f6}rter\n\
         x,WEB-1,1,Bug,Fertig,04/M\u{e4}r/24 8:00 AM,04/M\u{e4}r/24 8:00 AM,05/M\u{e4}r/24 8:00 AM,a,b\n\
         y,WEB-2,2,Bug,In Arbeit,04/M\u{e4}r/24 9:00 AM,04/M\u{e4}r/24 8:00 AM,,,\n",
    );
    assert_eq!(profile(&i), "jira-csv");
    assert_eq!(events(&i), ["WEB-1 Created 0 -", "WEB-1 Resolved 1440 -", "WEB-2 Created 60 -"]);
    // Projects without resolutions say only that the category of the status is done.
    let i = text(
        "Issue Type,Issue key,Issue id,Summary,Status,Resolution,Created,Updated,Resolved,Status Category,Status Category Changed,Custom field (Start date)\n\
         Task,APP-1,1,x,Done,,12/Mar/24 3:04 PM,14/Mar/24 9:00 AM,,Done,13/Mar/24 3:04 PM,11/Mar/24 12:00 AM\n\
         Task,APP-2,2,y,Done,Done,12/Mar/24 3:04 PM,14/Mar/24 9:00 AM,12/Mar/24 4:04 PM,Done,12/Mar/24 4:04 PM,\n\
         Task,APP-3,3,z,In Progress,,12/Mar/24 3:04 PM,14/Mar/24 9:00 AM,,In Progress,13/Mar/24 3:04 PM,\n\
         Task,APP-4,4,z,In Progress,Done,12/Mar/24 3:04 PM,14/Mar/24 9:00 AM,12/Mar/24 5:04 PM,In Progress,13/Mar/24 3:04 PM,\n",
    );
    assert_eq!(
        events(&i),
        [
            "APP-1 Created 0 -",
            "APP-1 Resolved 1440 -",
            "APP-2 Created 0 -",
            "APP-2 Resolved 60 -",
            "APP-3 Created 0 -",
            "APP-4 Created 0 -",
            "APP-4 Resolved 120 -"
        ]
    );
    assert!(codes(&i).contains(&"ended-by-category") && codes(&i).contains(&"open-with-end"), "{:?}", codes(&i));
    assert_eq!(i.rows.used, 4);
}

#[test]
fn jira_history_carries_teams() {
    let i = text(
        "issue_id,issue_key,changelog_id,author_key,created_date,field_type,field,from,from_string,to,to_string,additional_information\n\
         1,P-1,1,u,2024-03-04 08:00:00,jira,Team,,,7,Payments,\n\
         1,P-1,2,u,2024-03-04 09:00:00,jira,status,1,To Do,3,In Progress,\n\
         1,P-1,3,u,2024-03-04 09:30:00,jira,assignee,,,u2,Ann,\n\
         1,P-1,4,u,2024-03-04 10:00:00,jira,Team,7,Payments,8,Platform,\n\
         1,P-1,5,u,2024-03-04 11:00:00,jira,status,3,In Progress,5,Done,\n",
    );
    assert_eq!((profile(&i), i.mapping.case.value.as_str()), ("jira-history", "issue_key"));
    assert_eq!(
        events(&i),
        ["P-1 In Progress 60 Payments", "P-1 Done 180 Platform", "P-1 In Progress 120 Platform"]
            .map(|e| e.replace(" 60 ", " 0 ").replace(" 180 ", " 120 ").replace("Progress 120 P", "Progress 60 P"))
    );
    assert_eq!(i.rows, Rows { read: 5, used: 3, merged: 1, skipped: 1, rejected: 0 });
}

#[test]
fn trackers_with_one_row_a_case() {
    let gitlab = text(
        "Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Assignee Username,Confidential,Locked,Due Date,Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,Weight,Labels,Time Estimate,Time Spent\n\
         x,\"a\nb\",1,https://g/1,Closed,A,a,B,b,No,No,,2024-03-04 08:00:00,2024-03-06 08:00:00,2024-03-05 08:00:00,,,,0,0\n\
         y,,2,https://g/2,Open,A,a,B,b,No,No,2024-04-01,2024-03-04 08:30:00,2024-03-06 08:00:00,,,,,0,0\n",
    );
    assert_eq!((profile(&gitlab), gitlab.mapping.case.value.as_str()), ("gitlab-csv", "Issue ID"));
    assert_eq!(events(&gitlab), ["1 Created 0 -", "1 Closed 1440 -", "2 Created 30 -"]);
    assert!(!codes(&gitlab).contains(&"zone-assumed"), "the header says UTC");
    let github = text(
        "number,title,state,created_at,updated_at,closed_at,merged_at\n\
         1,x,closed,2024-03-04T08:00:00Z,2024-03-05T08:00:00Z,2024-03-05T08:00:00Z,2024-03-05T08:00:00Z\n\
         2,y,open,2024-03-04T08:30:00Z,2024-03-05T08:00:00Z,,\n",
    );
    assert_eq!((profile(&github), github.log.len()), ("github-csv", 4));
    let azure = text(
        "\"ID\",\"Work Item Type\",\"Title\",\"Assigned To\",\"State\",\"Tags\",\"Created Date\",\"Activated Date\",\"Resolved Date\",\"Closed Date\"\n\
         \"11\",\"User Story\",\"x\",\"A\",\"Closed\",\"\",\"3/14/2024 8:00:00 AM\",\"3/14/2024 9:00:00 AM\",\"\",\"3/15/2024 1:00:00 PM\"\n\
         \"12\",\"Bug\",\"y\",\"A\",\"Active\",\"\",\"3/14/2024 8:00:00 AM\",\"3/14/2024 9:00:00 AM\",\"\",\"\"\n",
    );
    assert_eq!(profile(&azure), "azure-devops-csv");
    assert_eq!(
        events(&azure),
        ["11 Created 0 -", "11 Activated 60 -", "11 Closed 1740 -", "12 Created 0 -", "12 Activated 60 -"]
    );
    let redmine = text(
        "#,Project,Tracker,Status,Priority,Subject,Assignee,Updated,Start date,Due date,% Done,Created,Closed\n\
         7,P,Bug,Closed,Normal,x,A,03/06/2024 08:00 AM,03/01/2024,,100,03/04/2024 08:00 AM,03/05/2024 08:00 AM\n\
         8,P,Bug,New,Normal,y,A,03/06/2024 08:00 AM,03/01/2024,,0,03/14/2024 08:00 AM,\n",
    );
    assert_eq!((profile(&redmine), redmine.mapping.case.value.as_str()), ("redmine-csv", "#"));
    assert_eq!(redmine.log.len(), 3, "a start date is planned");
    assert_eq!(redmine.mapping.date_order.value, Some(DateOrder::MonthFirst));
}

#[test]
fn desks_with_one_row_a_case() {
    let zendesk = text(
        "Id,Requester,Subject,Status,Group,Assignee,Created at,Updated at,Initially assigned at,Assigned at,Solved at,Reopens\n\
         1,R,x,Closed,Tier 1,A,2024-03-04 08:00,2024-03-08 08:00,2024-03-04 08:10,2024-03-04 09:10,2024-03-05 08:00,0\n\
         2,R,y,Pending,Tier 1,A,2024-03-04 08:30,2024-03-08 08:00,2024-03-04 08:40,2024-03-04 08:40,-,0\n",
    );
    assert_eq!((profile(&zendesk), zendesk.log.len()), ("zendesk-csv", 7));
    let fresh = text(
        "Ticket Id,Subject,Status,Priority,Source,Type,Agent,Group,Created Time,Due by Time,Resolved Time,Closed Time,Last Updated Time,Initial Response Time\n\
         INC-1,x,Closed,Low,Email,Incident,A,IT,2024-03-04 08:00:00,2024-03-06 08:00:00,2024-03-04 10:00:00,2024-03-05 10:00:00,2024-03-05 10:00:00,2024-03-04 08:15:00\n\
         INC-2,y,Open,Low,Email,Incident,A,IT,2024-03-04 08:00:00,2024-03-06 08:00:00,,,2024-03-05 10:00:00,\n",
    );
    assert_eq!((profile(&fresh), fresh.log.len()), ("freshservice-csv", 5));
    let glpi = text(
        "ID;Titre;Statut;Derni\u{e8}re modification;Date d'ouverture;Priorit\u{e9};Demandeur - Demandeur;Attribu\u{e9} \u{e0} - Groupe de techniciens;Date de r\u{e9}solution;Date de cl\u{f4}ture\n\
         1;x;Clos;2024-03-08 08:00;2024-03-04 08:00;Moyenne;D;Helpdesk;2024-03-04 09:00;2024-03-06 09:00\n\
         2;y;En cours (Attribu\u{e9});2024-03-08 08:00;2024-03-04 08:30;Moyenne;D;Helpdesk;;\n",
    );
    assert_eq!((profile(&glpi), glpi.mapping.delimiter.as_ref().unwrap().value), ("glpi-csv", ';'));
    assert_eq!(events(&glpi), ["1 Opened 0 -", "1 Solved 60 -", "1 Closed 2940 -", "2 Opened 30 -"]);
    let zammad = text(
        "Number,Title,State,Priority,Group,Owner,Customer,Created At,Updated At,Close At,First Response At\n\
         10001,x,closed,2 normal,Users,A,C,2024-03-04T08:00:00Z,2024-03-05T08:00:00Z,2024-03-05T08:00:00Z,2024-03-04T08:30:00Z\n\
         10002,y,open,2 normal,Users,A,C,2024-03-04T08:00:00Z,2024-03-05T08:00:00Z,,\n",
    );
    assert_eq!((profile(&zammad), zammad.log.len()), ("zammad-csv", 4));
    let otrs = text(
        "Ticket list: Created at 2024-03-10\n\
         Number,Ticket#,Title,Created,Close Time,Queue,State,Priority\n\
         1,2024030410000011,x,2024-03-04 08:00:00,2024-03-05 08:00:00,Raw,closed successful,3 normal\n\
         2,2024030410000022,y,2024-03-04 08:30:00,,Raw,open,3 normal\n",
    );
    assert_eq!((profile(&otrs), otrs.mapping.case.value.as_str(), otrs.log.len()), ("otrs-csv", "Ticket#", 3));
    assert!(codes(&otrs).contains(&"title-lines"));
}

#[test]
fn a_profile_can_be_declined_or_asked_for() {
    let file = "Number,Opened,State,Assignment group,Resolved,Closed\nA,2024-03-04 08:00,Closed,G,2024-03-04 09:00,2024-03-05 09:00\n";
    let none = with(file, &Options { profile: Some(String::new()), ..Options::default() }).unwrap();
    assert_eq!((profile(&none), none.mapping.profile.by), ("none", By::Given));
    let asked = with(file, &Options { profile: Some("servicenow-list".into()), ..Options::default() }).unwrap();
    assert_eq!((profile(&asked), asked.mapping.profile.by), ("servicenow-list", By::Given));
    for wrong in ["servicenow-lst", "jira-csv"] {
        let error = with(file, &Options { profile: Some(wrong.into()), ..Options::default() }).unwrap_err();
        assert!(error.is_usage(), "{error}");
    }
}

#[test]
fn stage_dates_and_their_surroundings() {
    let i = text(
        "ID\tLink\tName\tReady\tDevelopment\tTest\tDone\tType\t\t\n\
         A-1\thttps://x\tEins\t2024-03-01\t2024-03-02\t2024-03-05\t2024-03-08\tStory\t\t\n\
         A-2\thttps://y\tZwei\t2024-03-01\t2024-03-04\t\t\tStory\t\t\n\
         Total: 2\t\t\t\t\t\t\t\t\t\n",
    );
    assert_eq!((i.mapping.layout.value, i.log.len(), i.rows.skipped), (Layout::Dates, 6, 1));
    assert!(codes(&i).contains(&"remarks") && !codes(&i).contains(&"long-rows"), "{:?}", codes(&i));
    let serial = text(
        "Ticket ID;Created;Resolved;Team\nT1;45296,395833333;45297,395833333;X\nT2;45296,5;;X\nT3;45297,25;45297,75;Y\n",
    );
    assert_eq!(
        events(&serial),
        ["T1 Created 0 -", "T1 Resolved 1440 -", "T2 Created 150 -", "T3 Created 1230 -", "T3 Resolved 1950 -"]
    );
    let german = text(
        "Ticketnummer|Erstellt|Gel\u{f6}st|Gruppe\n1|04. M\u{e4}rz 2024 08:00|05. M\u{e4}rz 2024 08:00|A\n2|04. M\u{e4}rz 2024 09:00||B\n",
    );
    assert_eq!(events(&german), ["1 Created 0 -", "1 Resolved 1440 -", "2 Created 60 -"]);
}

#[test]
fn a_remark_with_a_time_of_its_own_is_no_remark() {
    let i = text(
        "case,activity,time,note\n1,Open,2024-03-01 08:00,\n1,Closed,2024-03-01 09:00,\nTotal,Open,2024-03-02 09:00,\nTotal,Closed,2024-03-02 10:00,\n\
         Generated by tool X on 2024-03-05,,,\nTotal,,4,\n",
    );
    assert_eq!(i.rows, Rows { read: 6, used: 4, skipped: 2, ..Rows::default() });
}

#[test]
fn thousands_of_columns_and_odd_bytes() {
    let columns = 3000;
    let head: Vec<String> = (0..columns).map(|c| format!("Custom field (F{c})")).collect();
    let row = |id: &str, end: &str| format!("{id},1{id},Done,04/Mar/24 8:00 AM,{end},{}\n", "x,".repeat(columns - 1));
    let file = format!(
        "\u{feff}Issue key,Issue id,Status,Created,Resolved,{}\n{}{}",
        head.join(","),
        row("W-1", "05/Mar/24 8:00\u{202f}AM"),
        row("W-2", "")
    );
    let i = text(&file);
    assert_eq!((profile(&i), i.log.len()), ("jira-csv", 3));
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(file.trim_start_matches('\u{feff}').encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(events(&text(utf16)), events(&i));
    let latin = b"Ticket ID;Status;Erstellt;Geschlossen\n1;Gel\xf6st;04.M\xe4r.2024 08:00;05.M\xe4r.2024 08:00\n2;Offen;24.03.2024 08:00;\n";
    let i = text(latin);
    assert_eq!(events(&i), ["1 Created 0 -", "1 Closed 1440 -", "2 Created 28800 -"]);
}
