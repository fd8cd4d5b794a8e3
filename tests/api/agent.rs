//! An agent without a device: it says what a real one would.

use std::collections::BTreeMap;

use mmd::{
    api::agent::{Enrolled, Orders},
    domain::{
        audit::hex,
        password::{SystemEntropy, generate, random_bytes},
        rotation::{At, Generation},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Answer,
    harness::{World, hash_of},
};

/// What an agent knows.
pub struct FakeAgent {
    pub key: String,
    pub instance: Uuid,
    pub at: At,
    /// The last generation that it heard to be confirmed.
    pub confirmed: Option<Generation>,
    pub highest: Generation,
    /// The requests that it believes open.
    pub open: Vec<Uuid>,
    /// Every password that it has put into escrow.
    pub passwords: BTreeMap<Generation, String>,
}

impl World {
    /// A code that lets the agent of `device` in.
    pub async fn enrollment(&self, device: &str) -> String {
        let body = json!({ "deviceName": device });
        let made = self.post(&self.admin, "enrollments", &body).send().await.expect(201).json();
        self.keep_secret(made["code"].as_str().unwrap())
    }

    pub async fn enroll(&self, code: &str, key: &str, backend: &str) -> Answer {
        let body = json!({
            "code": code,
            "keyHash": hash_of(key),
            "account": "mmdadmin",
            "loginName": ".\\mmdadmin",
            "backend": backend,
        });
        self.call("POST", "/agent/v1/enroll").json(&body).send().await
    }

    /// An enrolled device that has not made contact yet.
    pub async fn enrolled(&self, device: &str) -> FakeAgent {
        let code = self.enrollment(device).await;
        let agent = FakeAgent::new(self);
        let answer = self.enroll(&code, &agent.key, "windows").await.expect(200);
        let enrolled: Enrolled = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((enrolled.device_name.as_str(), enrolled.tenant_id), (device, self.tenant));
        agent
    }

    /// A device with a confirmed password, which is the agent's first.
    pub async fn device(&self, name: &str) -> FakeAgent {
        let mut agent = self.enrolled(name).await;
        agent.rotate(self).await;
        agent
    }
}

/// The number with which a process that is not known yet proves that it is alive.
fn challenge(answer: &Answer) -> Option<Value> {
    let detail = (answer.status == 409).then(|| answer.json()["error"]["details"][0].clone())?;
    (detail["code"] == "challenge").then(|| detail["message"].clone())
}

impl FakeAgent {
    pub fn new(world: &World) -> Self {
        Self {
            key: world.keep_secret(&hex(&random_bytes::<32>())),
            instance: Uuid::new_v4(),
            at: At::Nothing,
            confirmed: None,
            highest: 0,
            open: vec![],
            passwords: BTreeMap::new(),
        }
    }

    pub async fn say(&self, world: &World, path: &str, body: &Value) -> Answer {
        world.call("POST", &format!("/agent/v1/{path}")).token(&self.key).json(body).send().await
    }

    /// A contact with more in it.
    pub async fn contact_with(&self, world: &World, wait: u64, more: Value) -> Answer {
        let mut body = json!({
            "instance": self.instance,
            "at": self.at,
            "confirmed": self.confirmed,
            "highest": self.highest,
            "openRequests": self.open,
        });
        let members = body.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        self.say(world, &format!("contact?wait={wait}"), &body).await
    }

    pub async fn contact(&mut self, world: &World) -> Orders {
        let first = self.contact_with(world, 0, json!({})).await;
        let answer = match challenge(&first) {
            Some(number) => self.contact_with(world, 0, json!({ "challenge": number })).await,
            None => first,
        };
        let answer = answer.expect(200);
        let orders: Orders = serde_json::from_slice(&answer.body).unwrap();
        self.open.clone_from(&orders.open_requests);
        orders
    }

    pub async fn escrow_as(&self, world: &World, attempt: Uuid, password: &str) -> Answer {
        let body = json!({
            "instance": self.instance,
            "attempt": attempt,
            "highest": self.highest,
            "password": password,
        });
        self.say(world, "escrow", &body).await
    }

    /// Puts a new password into escrow.
    pub async fn escrow(&mut self, world: &World) -> (Uuid, Generation) {
        let attempt = Uuid::new_v4();
        let password = world.keep_secret(generate(&mut SystemEntropy).expose());
        let answer = self.escrow_as(world, attempt, &password).await.expect(200).json();
        self.highest = answer["generation"].as_u64().unwrap();
        self.passwords.insert(self.highest, password);
        (attempt, self.highest)
    }

    /// Says that a generation opens. Returns whether that was news.
    pub async fn confirm(&mut self, world: &World, attempt: Uuid, generation: u64) -> bool {
        let mut body = json!({
            "instance": self.instance, "attempt": attempt, "generation": generation
        });
        let mut answer = self.say(world, "confirm", &body).await;
        if let Some(number) = challenge(&answer) {
            body["challenge"] = number;
            answer = self.say(world, "confirm", &body).await;
        }
        let answer = answer.expect(200).json();
        self.confirmed = Some(generation);
        self.at = At::Confirmed { generation };
        answer["changed"].as_bool().unwrap()
    }

    /// A whole rotation, which must be due. Returns the new generation.
    pub async fn rotate(&mut self, world: &World) -> Generation {
        assert!(self.contact(world).await.due.is_some(), "no rotation is due");
        let (attempt, generation) = self.escrow(world).await;
        assert!(self.confirm(world, attempt, generation).await);
        generation
    }

    /// The password that is on the device.
    pub fn password(&self) -> &str {
        match self.at {
            At::Confirmed { generation } => &self.passwords[&generation],
            _ => panic!("the device has no known password"),
        }
    }

    /// Reports what was found when a request's access ended.
    pub async fn aftermath(&self, world: &World, request: &str, added: &[&str]) -> Answer {
        let body = json!({
            "instance": self.instance,
            "request": request,
            "endedProcesses": 3,
            "administratorsAdded": added,
            "administratorsRemoved": [],
        });
        self.say(world, "aftermath", &body).await
    }
}
