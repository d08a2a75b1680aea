"""An agent that says what it is told, with nothing but Python's standard library: python3 echo.py [http://127.0.0.1:8080]"""
import json, sys, threading, time, urllib.error, urllib.parse, urllib.request

REGISTRY = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8080"
CARD = {"name": "echo-py", "description": "Says what it is told.", "version": "1.0.0", "capabilities": {"streaming": True},
        "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"],
        "skills": [{"id": "echo", "name": "Echo", "description": "Gives back a text as an artifact.", "tags": ["echo", "sample"]}]}


def call(method, path, body, key=None):
    """Gives the answer, None for 204. A registry that is away is asked again: with its key, a write is carried out once."""
    headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
    while True:
        try:
            request = urllib.request.Request(REGISTRY + path, json.dumps(body).encode(), headers, method=method)
            with urllib.request.urlopen(request, timeout=100) as answer:
                return json.loads(answer.read() or "null")
        except (urllib.error.URLError, ConnectionError, TimeoutError) as fault:
            if isinstance(fault, urllib.error.HTTPError) and fault.code not in (502, 503, 504):
                raise
            time.sleep(1)


class Turn:
    """One claimed task; lost() is true once it is no longer this worker's."""
    def __init__(self, task):
        self.id, self.token, self.changes = urllib.parse.quote(task["id"], safe=""), task["lease"]["token"], 0
        user = [message for message in task["history"] if message["role"] in ("ROLE_USER", "user")][-1]
        self.text = "\n".join(part["text"] for part in user["parts"] if "text" in part)
        self.done = threading.Event()
        threading.Thread(target=self.renew, daemon=True).start()

    def renew(self):
        try:
            while not self.done.wait(20):
                call("POST", f"/tasks/{self.id}:renew", {"leaseToken": self.token})
        except urllib.error.HTTPError:
            self.done.set()

    def lost(self):
        return self.done.is_set()

    def update(self, **change):
        self.changes += 1
        call("PATCH", f"/tasks/{self.id}", {"leaseToken": self.token, **change}, f"{self.token}-{self.changes}")

    def say(self, state, text):
        parts = [{"text": text}]
        self.update(state=state, statusMessage={"messageId": f"{self.token}-{self.changes}", "role": "ROLE_AGENT", "parts": parts})


def work(turn):
    if "ask" in turn.text:
        return turn.say("input-required", "What shall I say?")
    words = turn.text.split(" ") if "slow" in turn.text else [turn.text]
    for i, word in enumerate(words):
        if turn.lost():
            return
        turn.say("working", f"{i + 1} of {len(words)}")
        artifact = {"artifactId": "echo", "parts": [{"text": word}]}
        turn.update(artifacts=[{"artifact": artifact, "append": i > 0, "lastChunk": i == len(words) - 1}])
        time.sleep(0.3 if len(words) > 1 else 0)
    turn.update(state="completed")


call("PUT", "/agents/echo-py", {"agent_card": CARD, "delivery": "worker"})
claims = 0
while True:
    claims += 1
    task = call("POST", "/agents/echo-py/tasks:claim", {"worker": "python", "waitSeconds": 20}, f"claim-{time.time_ns()}-{claims}")
    if task:
        turn = Turn(task)
        try:
            work(turn)
        except urllib.error.HTTPError as refusal:  # such as 409: the task was canceled, and is no longer ours
            print(turn.id, refusal.code, refusal.read().decode(), file=sys.stderr)
        finally:
            turn.done.set()
