DROP TRIGGER registry_agents_projected ON agents;
DROP TRIGGER registry_agent_deleted ON orleansstorage;
DROP TRIGGER registry_agent_written ON orleansstorage;
DROP FUNCTION registry_refuse_agent();
DROP FUNCTION registry_project_agent();
