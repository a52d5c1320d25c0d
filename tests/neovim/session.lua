-- A Neovim with Billing Lens on one file: says what it shows, takes the first fix, undoes it.
-- Written for Neovim 0.7, the oldest that is supported; the results go to $REPORT as JSON.
local WAIT, EVERY = 20000, 20 -- milliseconds

vim.cmd('edit ' .. vim.fn.fnameescape(os.getenv('FILE')))
local buffer = vim.api.nvim_get_current_buf()
local report = { statuses = {} }

local id = vim.lsp.start_client({
  name = 'billing-lens',
  cmd = vim.json.decode(os.getenv('SERVER')),
  root_dir = vim.fn.getcwd(),
  handlers = {
    ['billingLens/statusChanged'] = function(_, status)
      table.insert(report.statuses, status.route.billing)
    end,
  },
})
vim.lsp.buf_attach_client(buffer, id)
local client = function() return vim.lsp.get_client_by_id(id) end

local function finish()
  local file = assert(io.open(os.getenv('REPORT'), 'w'))
  file:write(vim.json.encode(report))
  file:close()
  vim.lsp.stop_client(id)
  vim.wait(WAIT, function() return client() == nil end, EVERY)
  vim.cmd('qa!')
end

local function shown()
  local codes = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
    table.insert(codes, diagnostic.code or diagnostic.user_data.lsp.code)
  end
  return codes
end

local function text() return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') end

-- The floating window in which the user sees a hover, and its text.
local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      return window, table.concat(lines, '\n')
    end
  end
end

local function run()
  assert(vim.wait(WAIT, function() return #shown() > 0 end, EVERY), 'no diagnostics')
  report.capabilities = client().server_capabilities
  report.diagnostics = shown()
  local first = vim.diagnostic.get(buffer)[1]
  report.marked = text():match('[^\n]*organization_id[^\n]*'):sub(first.col + 1, first.end_col)

  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col + 1 })
  vim.lsp.buf.hover()
  assert(vim.wait(WAIT, floating, EVERY), 'no hover')
  local window, words = floating()
  report.hover = words
  vim.api.nvim_win_close(window, true)

  vim.ui.select = function(items, options, choose)
    report.actions = vim.tbl_map(options.format_item, items)
    choose(items[1], 1)
  end
  local before = text()
  vim.lsp.buf.code_action()
  assert(vim.wait(WAIT, function() return text() ~= before end, EVERY), 'nothing was fixed')
  report.fixed = text()
  report.cleared = vim.wait(WAIT, function() return #shown() == 0 end, EVERY)

  vim.cmd('undo')
  report.undone = text() == before
  report.back = vim.wait(WAIT, function() return #shown() == #report.diagnostics end, EVERY)
  vim.wait(WAIT, function() return #report.statuses == 3 end, EVERY)
end

local ok, problem = pcall(run)
report.problem = not ok and tostring(problem) or nil
finish()
